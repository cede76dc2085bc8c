/**
 * One mail through the first three pure stations: message, report, verdict. Takes a raw message, gives what it is and
 * the verdicts. The daemon runs it in the reading thread, where it can be ended; touches nothing, throws nothing.
 */
import type { RawMessage } from './mailbox/mailbox.ts';
import { readMessage } from './message/message.ts';
import { isReport, readReport } from './report/report.ts';
import { readByHeader } from './river.ts';
import type { ReadMail } from './river.ts';
import { decide } from './verdict/verdict.ts';
import type { Policy } from './verdict/verdict.ts';

/** Reads a mail and decides; a mail that was no candidate is ordinary by its header alone. */
export async function readMail(raw: RawMessage, policy: Policy, nowSeconds: number): Promise<ReadMail> {
  if (!raw.candidate) return readByHeader(raw);
  const message = await readMessage(raw);
  const reading = readReport(message);
  const verdicts = isReport(reading) ? decide(reading, policy, nowSeconds) : [];
  const { returned } = message;
  // What it says of its recipients is in the verdicts; a chunk of reports is held in memory until it is recorded.
  const told = isReport(reading) ? { ...reading, recipients: [] } : reading;
  return { raw, reading: told, verdicts, ...(returned === undefined ? {} : { returnedHeaders: returned.headers }) };
}
