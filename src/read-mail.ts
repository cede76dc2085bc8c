/**
 * Mails through the first three pure stations: message, report, verdict. Takes raw messages, gives what each is and the
 * verdicts. The daemon runs it in the reading thread, where it can be ended; touches nothing, throws nothing.
 */
import type { RawMessage } from './mailbox/mailbox.ts';
import { readMessage } from './message/message.ts';
import type { Message } from './message/message.ts';
import { META_FIELD } from './provenance/provenance.ts';
import { isReport, readReport } from './report/report.ts';
import type { Reading } from './report/report.ts';
import { readByHeader } from './river.ts';
import type { ReadMail } from './river.ts';
import { decide } from './verdict/verdict.ts';
import type { Policy } from './verdict/verdict.ts';

/**
 * Reads mails one station after the other, each time all of them: so the code of a station stays in the processor's
 * cache, which saves a fifth of the time. Each comes to the same as if it were read alone.
 */
export async function readMails(raws: readonly RawMessage[], policy: Policy, nowSeconds: number): Promise<ReadMail[]> {
  const messages: (Message | undefined)[] = [];
  for (const raw of raws) messages.push(raw.candidate ? await readMessage(raw) : undefined);
  const readings = messages.map(message => message && readReport(message));
  return raws.map((raw, at) => {
    const [message, reading] = [messages[at], readings[at]];
    return message && reading ? decided(raw, message, reading, policy, nowSeconds) : readByHeader(raw);
  });
}

function decided(raw: RawMessage, message: Message, reading: Reading, policy: Policy, nowSeconds: number): ReadMail {
  const verdicts = isReport(reading) ? decide(reading, policy, nowSeconds) : [];
  // What is not asked for later is left out: a chunk of reports is held in memory until it is recorded.
  const returnedHeaders = message.returned?.headers.filter(({ name }) => name === META_FIELD) ?? [];
  // What it says of its recipients is in the verdicts.
  const told = isReport(reading) ? { ...reading, recipients: [] } : reading;
  return { raw, reading: told, verdicts, ...(returnedHeaders.length === 0 ? {} : { returnedHeaders }) };
}
