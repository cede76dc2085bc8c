/**
 * Fakes of any mail server's report: who is named, which mail is quoted, where, and how. Takes nothing, gives one row
 * a trick: its name, the mail, and the reason it must be held or left out for.
 */
import { failed, fake, full, returnedMail } from './forge.ts';
import { ATTACKER, ATTACKER_ID, LETTER_ID, VICTIM } from './world.ts';

export type Trick = readonly [trick: string, mail: Buffer, because: RegExp];

const NO_ID = /names no Message-ID/;
const NOT_IN_SENT = /^held .*: no mail with Message-ID <.*> is in Sent$/;
const NOT_SENT_TO = /was not sent to .*victim@customer\.example/;
const NO_META = /was not sent to .*victim@customer\.example.* does not return the X-CleverTap_META/;
const STRANGERS = Array.from({ length: 150 }, (_, n) => `customer${n}@customer.example`);

/** A mail without parts. */
function plain(lines: readonly string[], header: readonly string[] = []): Buffer {
  return Buffer.from(
    [
      'Return-Path: <>',
      'From: MAILER-DAEMON@mx.customer.example',
      'To: news@shop.example',
      'Date: Thu, 13 Nov 2025 02:14:00 +0000',
      'Message-ID: <forged-2@attacker.example>',
      ...header,
      '',
      ...lines,
    ].join('\r\n'),
  );
}

export const FAKES: readonly Trick[] = [
  ['a plain fake that quotes no mail', fake(), NO_ID],
  ['a made-up mail', fake({ returned: returnedMail('made-up@shop.example') }), NOT_IN_SENT],
  ['a mail that Sent shows to nobody', fake({ more: ['In-Reply-To: <x@shop.example>'] }), NOT_IN_SENT],
  [
    "the attacker's own mail, in X-Original-Message-ID",
    fake({ status: [`X-Original-Message-ID: <${ATTACKER_ID}>`] }),
    NO_META,
  ],
  ["the attacker's own mail, as the returned one", fake({ returned: returnedMail(ATTACKER_ID) }), NO_META],
  ["the attacker's own mail, in In-Reply-To", fake({ more: [`In-Reply-To: <${ATTACKER_ID}>`] }), NO_META],
  ["the attacker's own mail, in References", fake({ more: [`References: <a@b.example> <${ATTACKER_ID}>`] }), NO_META],
  ["the attacker's own mail, in the text", fake({ text: `Message-ID: <${ATTACKER_ID}>` }), NO_META],
  [
    "the attacker's own mail, with the META of the victim made up",
    fake({ returned: returnedMail(ATTACKER_ID, VICTIM, [`X-CleverTap_META: ${VICTIM}|1700000000|1763000000|`]) }),
    NO_META,
  ],
  [
    "the attacker's own mail, with the first words of its META",
    fake({ returned: returnedMail(ATTACKER_ID, VICTIM, [`X-CleverTap_META: ${ATTACKER}|1700000000|`]) }),
    NO_META,
  ],
  ["a colleague's letter that went to others", fake({ returned: returnedMail(LETTER_ID) }), NOT_SENT_TO],
  [
    'many mails quoted at once',
    fake({ more: [`References: ${STRANGERS.map(one => `<${one}>`).join(' ')} <${ATTACKER_ID}>`] }),
    NO_META,
  ],
  [
    'a hundred and fifty customers at once',
    fake({ groups: STRANGERS.map(one => failed(one)), returned: returnedMail(ATTACKER_ID) }),
    /customer149@customer\.example/,
  ],
  [
    'the victim as the original recipient of a stranger',
    fake({
      groups: [failed('stranger@other.example', [`Original-Recipient: rfc822;${VICTIM}`])],
      returned: returnedMail(ATTACKER_ID),
    }),
    NO_META,
  ],
  [
    'a stranger as the original recipient of the victim',
    fake({
      groups: [failed(VICTIM, ['Original-Recipient: rfc822;stranger@other.example'])],
      returned: returnedMail(LETTER_ID),
    }),
    NOT_SENT_TO,
  ],
  [
    'two final recipients in one group',
    fake({
      groups: [['Final-Recipient: rfc822; stranger@other.example', ...failed(VICTIM)]],
      returned: returnedMail(LETTER_ID),
    }),
    /was not sent to/,
  ],
  ['a soft one', fake({ groups: [full(VICTIM)], returned: returnedMail(ATTACKER_ID) }), NO_META],
  [
    'the victim in capitals',
    fake({ groups: [failed('VICTIM@CUSTOMER.EXAMPLE')], returned: returnedMail(LETTER_ID) }),
    /was not sent to VICTIM@CUSTOMER\.EXAMPLE/,
  ],
  [
    'the victim in quotes',
    fake({ groups: [failed('"victim"@customer.example')], returned: returnedMail(LETTER_ID) }),
    /was not sent to/,
  ],
  [
    'the victim with a tag',
    fake({ groups: [failed('victim+x@customer.example')], returned: returnedMail(LETTER_ID) }),
    /held hard/,
  ],
  [
    "the attacker's address beside the victim's in one field",
    fake({
      groups: [[`Final-Recipient: rfc822; ${VICTIM}, partner@example.test`, 'Action: failed', 'Status: 5.1.1']],
      returned: returnedMail(LETTER_ID),
    }),
    /was not sent to|names no recipient/,
  ],
  [
    "the attacker's name that looks like the recipient's: another letter",
    fake({ groups: [failed('p\u0430rtner@example.org')], returned: returnedMail(LETTER_ID) }),
    /was not sent to|names no recipient/,
  ],
  [
    'a direction mark in the address',
    fake({ groups: [failed('\u202epartner@example.org')], returned: returnedMail(LETTER_ID) }),
    /was not sent to|names no recipient/,
  ],
  ['a report from our own address', fake({ from: 'news@shop.example', returned: returnedMail(ATTACKER_ID) }), NO_META],
  ['a report from the victim', fake({ from: VICTIM, returned: returnedMail(ATTACKER_ID) }), NO_META],
  ['a report to somebody else', fake({ to: 'other@shop.example', returned: returnedMail(ATTACKER_ID) }), NO_META],
  [
    'utf-8 types',
    fake({
      groups: [['Final-Recipient: utf-8; victim@customer.example', 'Action: failed', 'Status: 5.1.1']],
      returned: returnedMail(ATTACKER_ID),
    }),
    NO_META,
  ],
  ['X-Failed-Recipients alone', plain(['Delivery failed.'], [`X-Failed-Recipients: ${VICTIM}`]), /./],
  [
    'X-Failed-Recipients beside another recipient',
    fake({
      more: [`X-Failed-Recipients: ${VICTIM}`],
      groups: [failed('stranger@other.example')],
      returned: returnedMail(LETTER_ID),
    }),
    /was not sent to stranger@other\.example/,
  ],
  [
    "qmail's words",
    plain(
      [
        'Hi. This is the qmail-send program at mx.customer.example.',
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        "This is a permanent error; I've given up. Sorry it didn't work out.",
        '',
        `<${VICTIM}>:`,
        'Sorry, no mailbox here by that name. (#5.1.1)',
        '',
        '--- Below this line is a copy of the message.',
        '',
        ...returnedMail(ATTACKER_ID),
      ],
      ['Subject: failure notice'],
    ),
    NO_META,
  ],
  [
    "Exim's words",
    plain(
      [
        'This message was created automatically by mail delivery software.',
        '',
        'A message that you sent could not be delivered to one or more of its',
        'recipients. This is a permanent error. The following address(es) failed:',
        '',
        `  ${VICTIM}`,
        '    host mx.customer.example [192.0.2.1]',
        '    SMTP error from remote mail server after RCPT TO:',
        '    550 5.1.1 User unknown',
        '',
        '------ This is a copy of the message, including all the headers. ------',
        '',
        ...returnedMail(ATTACKER_ID),
      ],
      ['Subject: Mail delivery failed: returning message to sender', `X-Failed-Recipients: ${VICTIM}`],
    ),
    NO_META,
  ],
  [
    "a report inside a person's mail",
    Buffer.concat([
      Buffer.from(
        'From: Mallory <mallory@attacker.example>\r\nTo: news@shop.example\r\nSubject: Fwd: failure notice\r\n' +
          'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n' +
          '--o\r\nContent-Type: message/rfc822\r\n\r\n',
      ),
      fake({ returned: returnedMail(ATTACKER_ID) }),
      Buffer.from('\r\n--o--\r\n'),
    ]),
    /no reader knows it|as a report/,
  ],
];

/** What stands in place of a Message-ID: for the query language of IMAP or of Gmail. */
export const IDS: readonly Trick[] = [
  ['a quote and a search of its own', '<a@evil.example" in:sent "b@evil.example>'],
  ['an operator', '<a@evil.example OR in:sent>'],
  ['a wildcard', '<*@shop.example>'],
  ['all ids of a campaign', '<campaign-victim@shop.example>'],
  ['half of an id', '<-campaign-victim@shop.example>'],
  ['a domain', '<@shop.example>'],
  ['an encoded word', '=?utf-8?q?=3C7c1e?='],
  ['a search for the recipient', `<to:${VICTIM}>`],
  ['braces', '<{a@shop.example b@shop.example}>'],
  ['a field within the field', `<to:victim@customer.example>\r\n <subject:offers@shop.example>`],
].map(([trick, id]) => [
  `${trick} for a Message-ID`,
  fake({ more: [`In-Reply-To: ${id ?? ''}`] }),
  /names no Message-ID|is in Sent$/,
]);
