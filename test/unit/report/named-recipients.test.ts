/**
 * Whom a report in prose means: an address on a line of its own, in a sentence, by its local part alone, or nobody but
 * the one the returned mail was sent to. Never the sender, a contact, or the mailbox itself beside others.
 */
import { describe, expect, test } from '@jest/globals';
import { fates, kindOf, MAILBOX, reportOf } from './build.ts';
import type { Given } from './build.ts';

const report = (text: string, more: Partial<Given> = {}): Given => ({
  ...more,
  headers: { subject: 'Undelivered mail', 'return-path': '<>', ...more.headers },
  text,
});
const named = (text: string, more?: Partial<Given>): string[] =>
  reportOf(report(text, more)).recipients.map(({ finalRecipient }) => finalRecipient);

describe('an address on a line of its own', () => {
  test.each([
    ['bare', 'Your mail could not be delivered to:\n\nann@customer.example\n'],
    ['with the reason behind it', 'Delivery failed:\n  <ann@customer.example>: user unknown'],
    ['under a label', 'Message could not be delivered.\nRecipient: ann@customer.example\nReason: no such user'],
    ['under a label in Chinese', '退信\n收件人：ann@customer.example'],
    [
      'under a label in Japanese',
      '送信できませんでした\n宛先: ann@customer.example\nお問い合わせ: info@provider.example',
    ],
    ['under labels in two languages', 'nicht zugestellt / not delivered\n  An / To:  ann@customer.example\n'],
    [
      'above the transcript of a session with others',
      'PERMANENT fatal errors!\n\nFAILED ADDRESS: ann@customer.example\n\n --> RCPT To:<bob@customer.example>\n <-- 250 OK\n',
    ],
    ['quoted', 'DID NOT receive: failed to deliver\n\n> ann@customer.example'],
  ])('%s', (_name, text) => {
    expect(named(text)).toEqual(['ann@customer.example']);
  });

  test('the list counts, not the heading above it', () => {
    const text = `Undeliverable mail\n  To: all@customer.example\n\ncould not be delivered to\n\nann@customer.example\n`;
    expect(named(text)).toEqual(['ann@customer.example']);
  });
});

describe('an address in a sentence', () => {
  test.each([
    ["The message, addressed to 'ann@customer.example', could not be delivered."],
    ['We failed to deliver your mail to ann@customer.example, sorry.'],
    ['Server refused recipient <ann@customer.example>: mail not delivered'],
  ])('%s', text => {
    expect(named(text)).toEqual(['ann@customer.example']);
  });

  test.each([
    ['a contact', 'Delivery failed for ann@customer.example. For help contact desk@provider.example.'],
    ['a role', 'Not delivered to ann@customer.example; the postmaster@provider.example knows more.'],
    ['the sender', `Mail from ${MAILBOX} sent by news@sender.example was not delivered to ann@customer.example`],
    [
      'a quoted field',
      'Not delivered: ann@customer.example is unknown.\nFrom: boss@shop.example\nReply-To: x@shop.example',
    ],
    ['a successor', 'ann@customer.example is not delivered to any more. Please use bob@customer.example instead.'],
    [
      'a contact in German',
      'Nicht zugestellt: Frau Ann (ann@customer.example).\nWenden Sie sich an b@customer.example.',
    ],
    [
      'a contact in French',
      'Message adressé à ann@customer.example non remis.\nPour écrire: contactez b@customer.example',
    ],
    ['a contact in Russian', 'Письмо для ann@customer.example не доставлено.\nОбращайтесь к b@customer.example'],
    [
      'the mailbox itself',
      `Message adressé à ann@customer.example non remis.\nRappel\n  De : ${MAILBOX}\n  ${MAILBOX}`,
    ],
  ])('%s beside it is not the recipient', (_name, text) => {
    expect(named(text)).toEqual(['ann@customer.example']);
  });

  test('in the subject alone', () => {
    const headers = {
      from: 'Alias Mail <noreply@alias.example>',
      subject: 'Your email to shop.k7@alias.example could not be delivered',
    };
    const text = 'The mailbox server returned:\n\n    452 4.2.2 over quota';
    expect(named(text, { headers })).toEqual(['shop.k7@alias.example']);
    const answer = { ...headers, subject: `Re: ${headers.subject}` };
    expect(kindOf(report(text, { headers: answer }))).toBe('ordinary');
  });

  test('of several, those the returned mail was sent to', () => {
    const text = 'Your mail was not delivered: neither ann@customer.example nor bob@other.example would have it.';
    expect(named(text, { returned: { to: 'Ann <ann@customer.example>, carl@third.example' } })).toEqual([
      'ann@customer.example',
    ]);
  });

  test('of several, nobody, where nothing tells', () => {
    expect(named('Your mail was not delivered: neither a@customer.example nor b@other.example would have it.')).toEqual(
      [],
    );
  });

  test('says nothing in a mail that only has the reverse-path of a report', () => {
    const headers = { from: 'Help Desk <help@tickets.example>' };
    expect(kindOf(report('A ticket: mail to ann@customer.example was not delivered', { headers }))).toBe('ordinary');
  });
});

describe('a report that names no address', () => {
  const nameless = 'Your message could not be delivered to mobile.';

  test.each([
    ['the returned mail', { returned: { to: 'ann@customer.example' } }],
    ['the return path it was sent with', { headers: { to: 'bounces+ann=customer.example@shop.example' } }],
  ])('means the only recipient of %s', (_name, more: Partial<Given>) => {
    expect(named(nameless, more)).toEqual(['ann@customer.example']);
  });

  test.each([
    ['a list', 'dev-bounces+ann=customer.example@lists.shop.example', 'dev@lists.shop.example'],
    ['a list, behind its number', 'bounces+4711-ann=customer.example@lists.shop.example', 'all@lists.shop.example'],
  ])('means the one member in the return path of %s, not the list', (_name, path, list) => {
    expect(named(nameless, { headers: { to: path }, returned: { to: list } })).toEqual(['ann@customer.example']);
  });

  test('means the only recipient of the mail quoted below', () => {
    expect(named(`${nameless}\n\nOriginal message:\nFrom: ${MAILBOX}\nTo: ann@customer.example\n`)).toEqual([
      'ann@customer.example',
    ]);
  });

  test('means nobody of several', () => {
    expect(named(nameless, { returned: { to: 'ann@customer.example, bob@customer.example' } })).toEqual([]);
  });

  test("names a local part: the recipient that has it, else the reporter's own user", () => {
    const text = 'The message was undeliverable to the following:\n\tann (user not found)\n';
    expect(named(text, { returned: { to: 'ann@customer.example' } })).toEqual(['ann@customer.example']);
    expect(named(text, { headers: { from: 'MAILER-DAEMON@provider.example' } })).toEqual(['ann@provider.example']);
  });
});

describe('the mailbox itself', () => {
  test('does not count beside others', () => {
    expect(fates(report(`Hi ${MAILBOX}, not delivered:\n\n${MAILBOX}\n\nann@customer.example: user unknown`))).toEqual([
      'ann@customer.example failed',
    ]);
  });

  test("counts alone where a server refused it, and in a mailer's own mail only", () => {
    const text = `Not delivered:\n\n<${MAILBOX}>: host mx said: 552 quota exceeded`;
    expect(named(text)).toEqual([MAILBOX]);
    const headers = { 'return-path': '<x@evil.example>' };
    expect(kindOf(report(text, { headers }))).toBe('ordinary');
  });

  test('is not meant by a warning to its owner', () => {
    expect(kindOf(report(`Your mailbox is full:\n\n${MAILBOX}\n\nNew mail may not be delivered.`))).toBe('ordinary');
  });
});

describe('a dialect names', () => {
  test("each recipient of Exchange's paragraphs, whatever the language", () => {
    const text = [
      "Votre message n'est pas parvenu à certains ou tous les destinataires.\n",
      'Impossible de joindre le(s) destinataire(s) suivant(s) :\n',
      "      'ann@customer.example' le 22/05/2006 09:12\n            Le compte n'existe pas.",
      '            <srv01.customer.example #5.1.1>\n',
      '      Service technique le 22/05/2006 09:12\n            Refusé.',
      '            <srv01.customer.example #5.7.1 smtp;550 5.7.1 bob@customer.example: not authenticated>\n',
    ].join('\n');
    expect(reportOf(report(text)).recipients).toMatchObject([
      { finalRecipient: 'ann@customer.example', status: '5.1.1' },
      { finalRecipient: 'bob@customer.example', status: '5.7.1', replyCode: 550 },
    ]);
  });

  test('whose program or file it is that failed', () => {
    const exim = [
      'This message was created automatically by mail delivery software.\n',
      'A message that you sent could not be delivered. The following address(es) failed:\n',
      '  /var/mail/ann\n    (generated from ann@customer.example)\n    mailbox is full',
      '  pipe to |/usr/bin/filter\n    generated by bob@customer.example\n    Child process returned 2',
    ].join('\n');
    expect(named(exim)).toEqual(['ann@customer.example', 'bob@customer.example']);
    const sendmail = [
      '   ----- The following addresses had permanent fatal errors -----',
      'carl@customer.example\n    (expanded from: <all@customer.example>)',
      '"|/usr/bin/filter -o 75"\n    (expanded from: <bob@customer.example>)',
      '\n   ----- Transcript of session follows -----\n550 carl@customer.example... User unknown',
    ].join('\n');
    expect(named(sendmail)).toEqual(['carl@customer.example', 'bob@customer.example']);
  });

  test('the reason in brackets behind the address', () => {
    const text = 'The message was undeliverable to the following:\n\tann@customer.example (user not found)\n';
    expect(reportOf(report(text)).recipients[0]?.diagnostic).toContain('user not found');
  });
});
