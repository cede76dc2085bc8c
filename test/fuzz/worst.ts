/**
 * Worst cases by place: a piece repeated up to the limit of where it stands. Takes the pieces of nasty.ts, gives whole
 * mails. What takes time that grows with the square of the input takes minutes on these.
 */
import { LIMITS } from '../../src/shared/limits.ts';

/** Makes a mail of about so many bytes in which the piece is repeated in one place. */
export type Place = (piece: string, bytes: number) => Buffer;

const FROM = 'From: MAILER-DAEMON@mx.example\r\nTo: news@shop.example\r\nSubject: Undelivered Mail\r\n';
const REPORT = `${FROM}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n`;
const STATUS =
  'Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ann@customer.example\r\nAction: failed\r\n';

const filled = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);
const part = (header: string, body: string): string => `--b\r\n${header}\r\n\r\n${body}\r\n`;
/** As many parts as the bytes need, since only so much of each is read. */
const parts = (header: string, piece: string, bytes: number, each: number): string =>
  part(header, filled(piece, each)).repeat(Math.ceil(bytes / each));
const bytesOf = (text: string): Buffer => Buffer.from(text);

/** Sentences that wake a reader: what comes behind them is looked at by its patterns. */
const OPENINGS = {
  none: '',
  exim: 'This message was created automatically by mail delivery software.\r\nThe following address failed:\r\n',
  qmail: 'Hi. This is the qmail-send program at mx.example.\r\n\r\n',
  postfix: 'This is the mail system at host mx.example.\r\n\r\n',
  sendmail: '   ----- Transcript of session follows -----\r\n',
  exchange: 'Your message did not reach the following recipient(s):\r\n\r\n',
  dragonfly: 'This is the DragonFly Mail Agent\r\nThere was an error delivering your mail to <',
  gmail: 'Delivery to the following recipient failed permanently:\r\n',
};

const textPlaces = Object.entries(OPENINGS).map(([name, opening]): [string, Place] => [
  `text behind ${name}`,
  (piece, bytes) =>
    bytesOf(
      `${REPORT}${part('', opening)}${parts('', piece, Math.min(bytes, LIMITS.textChars), LIMITS.textFirstBytes)}--b--`,
    ),
]);
const headerPlaces = [
  'From',
  'To',
  'Subject',
  'Content-Type',
  'X-Failed-Recipients',
  'References',
  'Date',
  'Received',
  'X',
].map((name): [string, Place] => [
  `header field ${name}`,
  (piece, bytes) => bytesOf(`${name}: ${filled(piece, Math.min(bytes, LIMITS.headerBytes))}\r\n${FROM}\r\nHi`),
]);
const statusPlaces = [
  'Diagnostic-Code: smtp; 550 ',
  'Status: ',
  'Action: ',
  'Original-Recipient: ',
  'Remote-MTA: ',
  '',
].map((field): [string, Place] => [
  `delivery-status behind "${field}"`,
  (piece, bytes) => {
    const body = `${STATUS}${field}${filled(piece, Math.min(bytes, LIMITS.deliveryStatusBytes))}`;
    return bytesOf(`${REPORT}${part('Content-Type: message/delivery-status', body)}--b--`);
  },
]);

export const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...textPlaces,
  ...headerPlaces,
  ...statusPlaces,
  ['the body of a multipart', (piece, bytes) => bytesOf(`${REPORT}${filled(piece, bytes)}`)],
  ['the header of a part', (piece, bytes) => bytesOf(`${REPORT}--b\r\n${filled(piece, bytes)}`)],
  ['a body behind no header', (piece, bytes) => bytesOf(filled(piece, bytes))],
  ['HTML', (piece, bytes) => bytesOf(`${REPORT}${parts('Content-Type: text/html', piece, bytes, 60_000)}--b--`)],
  [
    'quoted-printable',
    (piece, bytes) =>
      bytesOf(
        `${REPORT}${parts('Content-Transfer-Encoding: quoted-printable', piece, bytes, LIMITS.textFirstBytes)}--b--`,
      ),
  ],
  [
    'base64',
    (piece, bytes) => {
      const code = Buffer.from(filled(piece, LIMITS.textFirstBytes)).toString('base64');
      return bytesOf(`${REPORT}${parts('Content-Transfer-Encoding: base64', code, bytes, LIMITS.textFirstBytes)}--b--`);
    },
  ],
  [
    'flowed text',
    (piece, bytes) =>
      bytesOf(`${REPORT}${parts('Content-Type: text/plain; format=flowed', piece, bytes, LIMITS.textFirstBytes)}--b--`),
  ],
  [
    'the returned header',
    (piece, bytes) =>
      bytesOf(
        `${REPORT}${part('Content-Type: message/rfc822', `To: ${filled(piece, Math.min(bytes, LIMITS.returnedHeaderBytes))}`)}--b--`,
      ),
  ],
]);
