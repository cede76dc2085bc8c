/**
 * A small report and two short ways to look at what was read of it, for the tests of this station.
 */
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import type { Message } from '../../../src/message/message.ts';

/** A mail read from its source. */
export const read = (mail: string | Buffer): Promise<Message> =>
  readMessage(rawFromSource(typeof mail === 'string' ? Buffer.from(mail) : mail));

/** The parts seen, as "path type". */
export const outline = (message: Message): string[] => message.outline.map(part => `${part.path} ${part.contentType}`);

/** A small report, line by line. */
export const REPORT = [
  'From: mailer-daemon@mx.example',
  'Subject: failure',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
  '',
  'preamble',
  '--b1',
  '',
  'It failed.',
  '--b1',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.example',
  '',
  'Final-Recipient: rfc822; ann@example.org',
  'Action: failed',
  '--b1',
  'Content-Type: message/rfc822',
  '',
  'Message-ID: <o@example.com>',
  '',
  'Dear Ann',
  '--b1--',
  'epilogue',
  '',
];
