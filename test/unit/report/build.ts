/**
 * Messages for the tests of the report station, put together by hand: what a reader sees, without the work of taking a
 * mail apart.
 */
import type { Message } from '../../../src/message/message.ts';
import { isReport, readReport } from '../../../src/report/report.ts';
import type { BounceReport, ReportedRecipient } from '../../../src/report/report.ts';
import type { HeaderFields } from '../../../src/shared/header-fields.ts';

export const MAILBOX = 'news@shop.example';

/** Header fields out of a record; a list gives the field several times. */
export function fields(record: Readonly<Record<string, string | readonly string[]>>): HeaderFields {
  return Object.entries(record).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map(one => ({ name, value: one })),
  );
}

export interface Given {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly text?: string;
  /** The text of a message/delivery-status part. */
  readonly status?: string;
  /** Any machine parts: content type to text. */
  readonly machine?: Readonly<Record<string, string>>;
  readonly returned?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly reportType?: string;
  readonly problem?: string;
}

const FROM_MAILER = { from: 'Mail Delivery System <mailer-daemon@mx.example.net>' };

/** A mail to MAILBOX, of a mailer unless the headers say otherwise; a report when it has a status part. */
export function message(given: Given): Message {
  const { status, machine = {}, returned, problem, text = '' } = given;
  const parts = { ...(status === undefined ? {} : { 'message/delivery-status': status }), ...machine };
  const contentType = given.contentType ?? (status === undefined ? 'text/plain' : 'multipart/report');
  const headers = fields({ to: MAILBOX, ...FROM_MAILER, 'content-type': contentType, ...given.headers });
  return {
    identity: { digest: '0'.repeat(64) },
    headers,
    subject: headers.find(({ name }) => name === 'subject')?.value ?? '',
    contentType,
    ...(given.reportType === undefined ? {} : { reportType: given.reportType }),
    outline: problem === undefined ? [{ path: '1', contentType }] : [],
    text,
    textTruncated: false,
    machineParts: Object.entries(parts).map(([type, body], at) => ({
      path: `${at + 2}`,
      contentType: type,
      text: body,
    })),
    ...(returned === undefined
      ? {}
      : { returned: { path: '3', contentType: 'message/rfc822', headers: fields(returned) } }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The report that is read; fails the test where none is. */
export function reportOf(given: Given): BounceReport {
  const reading = readReport(message(given));
  if (!isReport(reading)) throw new Error(`no report, but ${reading.kind}: ${reading.because}`);
  return reading;
}

/** The only recipient of the report that is read. */
export function recipientOf(given: Given): ReportedRecipient {
  const [recipient, ...others] = reportOf(given).recipients;
  if (recipient === undefined || others.length > 0) throw new Error(`${others.length + 1} recipients, or none`);
  return recipient;
}

/** What the mail is instead of a report, or the reader that took it for one. */
export function kindOf(given: Given): string {
  const reading = readReport(message(given));
  return isReport(reading) ? `${reading.kind} (${reading.reader})` : reading.kind;
}

/** Recipients as "address action". */
export function fates(given: Given): string[] {
  return reportOf(given).recipients.map(({ finalRecipient, action }) => `${finalRecipient} ${action}`);
}
