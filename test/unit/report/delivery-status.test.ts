/**
 * The fields of RFC 3464 as reporters really write them: out of order, split, merged, folded or not.
 */
import { describe, expect, test } from '@jest/globals';
import { fates, MAILBOX, recipientOf, reportOf } from './build.ts';

const HEAD = 'Reporting-MTA: dns; mx.example.net\nArrival-Date: Tue, 3 Mar 2026 09:11:58 +0000\n';
const ANN = 'Final-Recipient: rfc822; ann@customer.example\nAction: failed\nStatus: 5.1.1\n';
const BOB = 'Final-Recipient: rfc822; bob@customer.example\nAction: delayed\nStatus: 4.2.2\n';

describe('groups', () => {
  const both = ['ann@customer.example failed', 'bob@customer.example delayed'];

  test.each([
    ['with one empty line between them, as the standard has it', `${HEAD}\n${ANN}\n${BOB}`],
    ['with many empty lines', `\n\n${HEAD}\n\n\n${ANN}\n \n\n${BOB}\n\n`],
    ['without any empty line', `${HEAD}${ANN}${BOB}`],
    ['recipients before Reporting-MTA', `${ANN}\n${BOB}\n${HEAD}`],
    ['Action before Final-Recipient, empty lines between', `${HEAD}\n${actionFirst(ANN)}\n${actionFirst(BOB)}`],
    ['Action before Final-Recipient, no empty lines', `${HEAD}\n${actionFirst(ANN)}${actionFirst(BOB)}`],
    ['an empty line inside of a group', `${HEAD}\n${ANN.replace('\nAction', '\n\nAction')}\n${BOB}`],
    ['the fate first, then an empty line, then the name', `${HEAD}\n${fateFirst(ANN)}\n${fateFirst(BOB)}`],
  ])('%s', (_name, status) => {
    expect(fates({ status })).toEqual(both);
  });

  test('an Original-Recipient belongs to the Final-Recipient behind it, though the first one has none', () => {
    const { recipients } = reportOf({ status: `${HEAD}\n${ANN}Original-Recipient: rfc822; b@shop.example\n${BOB}` });
    expect(recipients.map(one => one.originalRecipient)).toEqual([undefined, 'b@shop.example']);
  });

  test('fields that stand before the name in the same group are not lost', () => {
    const status = `${HEAD}\nDiagnostic-Code: smtp; 550 no\nStatus: 5.7.1\nAction: failed\n${named('ann@customer.example')}`;
    expect(recipientOf({ status })).toMatchObject({ status: '5.7.1', replyCode: 550, diagnostic: '550 no' });
  });

  test('two groups about one recipient give one: the failure, then the one with words', () => {
    const again = ANN.replace('Status', 'Diagnostic-Code: smtp; 550 5.1.1 no such user\nStatus');
    const delayed = ANN.replace('failed', 'delayed');
    expect(recipientOf({ status: `${HEAD}\n${delayed}\n${ANN}\n${again}` })).toMatchObject({
      action: 'failed',
      diagnostic: '550 5.1.1 no such user',
    });
  });

  test('no more recipients than the limit', () => {
    const many = Array.from({ length: 1000 }, (_, at) => `${named(`u${at}@customer.example`)}Action: failed\n`);
    expect(reportOf({ status: `${HEAD}\n${many.join('\n')}` }).recipients).toHaveLength(200);
  });
});

describe('values', () => {
  const withField = (line: string) => ({ status: `${HEAD}\n${ANN.replace(/Status.*\n/, '')}${line}\n` });

  test.each([
    ['Status: 5.1.1 (bad destination mailbox address)', '5.1.1'],
    ['Status: 550 5.1.1', '5.1.1'],
    ['Status: 5.1.1,', '5.1.1'],
    ['STATUS : 5.7.26', '5.7.26'],
    ['Diagnostic-Code: smtp; 550 5.1.1 no such user', '5.1.1'],
    ['Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no such user', '5.0.0'],
    ['Status: 5.2.2\nDiagnostic-Code: smtp; 550 5.1.1 no such user', '5.2.2'],
    ['Status: 192.0.2.1', undefined],
  ])('%s', (line, status) => {
    expect(recipientOf(withField(line)).status).toBe(status);
  });

  test('the code of the reply is kept beside a Status that says nothing', () => {
    const found = recipientOf(withField('Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no such user'));
    expect(found).toMatchObject({ status: '5.0.0', replyStatus: '5.1.1' });
  });

  test.each(['FAILED', 'Failed (permanently)', 'failure', '(x) failed'])('Action: %s', action => {
    expect(fates({ status: ANN.replace('failed', action) })).toEqual(['ann@customer.example failed']);
  });

  test('a word that every object knows is no action', () => {
    const status = ANN.replace('failed', 'constructor');
    expect(fates({ status })).toEqual(['ann@customer.example failed']);
  });

  test.each([
    ['2.0.0', '', 'delivered'],
    ['5.1.1', '', 'failed'],
    ['4.4.1', 'Delivery attempts will continue.', 'delayed'],
    ['4.4.1', 'All attempts have failed.', 'failed'],
  ])('without an Action, %s "%s" is %s', (status, text, action) => {
    const given = { status: `${named('ann@customer.example')}Status: ${status}\n`, text };
    expect(recipientOf(given).action).toBe(action);
  });

  test.each([
    ['folded', '550-5.1.1 The account\n  550-5.1.1 does not\n\t550 5.1.1 exist'],
    ['not folded', '550-5.1.1 The account\n550-5.1.1 does not\n550 5.1.1 exist'],
  ])('a diagnostic over several lines, %s', (_name, reply) => {
    const found = recipientOf(withField(`Diagnostic-Code: smtp; ${reply}\nRemote-MTA: dns; mx.customer.example`));
    expect(found.diagnostic).toBe('550-5.1.1 The account 550-5.1.1 does not 550 5.1.1 exist');
    expect(found).toMatchObject({ status: '5.1.1', replyCode: 550, remoteMta: 'mx.customer.example' });
  });

  test('a line of a reply that looks like a field is none', () => {
    const found = recipientOf(
      withField('Diagnostic-Code: smtp; 554 5.7.1 see\nhttps://mx.example/help\nStatus: 5.7.1'),
    );
    expect(found.diagnostic).toBe('554 5.7.1 see https://mx.example/help');
  });

  test('Remote-MTA and its comment', () => {
    const line = 'Remote-MTA: dns; mx1.customer.example. (192.0.2.7, the server for the domain customer.example.)';
    expect(recipientOf(withField(line)).remoteMta).toBe('mx1.customer.example.');
  });

  test('dates: the last attempt and the arrival', () => {
    const report = reportOf(withField('Last-Attempt-Date: Tue, 3 Mar 2026 10:12:00 +0100 (CET)'));
    expect(report.arrivedAtSeconds).toBe(Date.UTC(2026, 2, 3, 9, 11, 58) / 1000);
    expect(report.recipients[0]?.lastAttemptAtSeconds).toBe(Date.UTC(2026, 2, 3, 9, 12, 0) / 1000);
  });
});

describe('addresses', () => {
  const finalIs = (value: string) => recipientOf({ status: `Final-Recipient: ${value}\nAction: failed\n` });

  test.each([
    ['rfc822; ann@customer.example', 'ann@customer.example'],
    ['RFC822;<Ann@Customer.example>', 'Ann@Customer.example'],
    ['ann@customer.example', 'ann@customer.example'],
    ['rfc822; ann@customer.example (Ann)', 'ann@customer.example'],
    ['utf-8; jos\\x{E9}@customer.example', 'josé@customer.example'],
    ['utf-8; 用户@例子.example', '用户@例子.example'],
    ['rfc822; user+2Btag@customer.example', 'user+tag@customer.example'],
    ['rfc822; bob+3Dprints@customer.example', 'bob+3Dprints@customer.example'],
    ['rfc822; bob+40@customer.example', 'bob+40@customer.example'],
    ['rfc822; "ann b"@customer.example', '"ann b"@customer.example'],
  ])('%s', (value, address) => {
    expect(finalIs(value).finalRecipient).toBe(address);
  });

  test('the other reading of what may be xtext is another name', () => {
    expect(finalIs('rfc822; user+2Btag@customer.example').alsoKnownAs).toEqual(['user+2Btag@customer.example']);
    expect(finalIs('rfc822; bob+3Dprints@customer.example').alsoKnownAs).toEqual(['bob=prints@customer.example']);
  });

  test('an original recipient as it came in ORCPT is the final one, where it says the same', () => {
    const original = 'Original-Recipient: rfc822;+22ann+20b+22@customer.example\n';
    const { originalRecipient } = recipientOf({
      status: `${original}Final-Recipient: rfc822; "ann b"@customer.example\nAction: failed\n`,
    });
    expect(originalRecipient).toBe('"ann b"@customer.example');
  });

  test('where the final recipient is no address, the original one stands for it', () => {
    const status =
      'Original-Recipient: rfc822; ann@customer.example\nFinal-Recipient: x400; /C=DE/S=Ann\nAction: failed\n';
    expect(recipientOf({ status }).finalRecipient).toBe('ann@customer.example');
  });

  test('where nobody is named, X-Failed-Recipients tells', () => {
    const headers = { 'x-failed-recipients': 'ann@customer.example' };
    expect(recipientOf({ headers, status: 'Action: failed\nStatus: 5.1.1\n' })).toMatchObject({
      finalRecipient: 'ann@customer.example',
      status: '5.1.1',
    });
  });
});

function named(address: string): string {
  return `Final-Recipient: rfc822; ${address}\n`;
}

function actionFirst(group: string): string {
  const [final, action, ...rest] = group.split('\n');
  return [action, final, ...rest].join('\n');
}

function fateFirst(group: string): string {
  const [final, action, status] = group.split('\n');
  return `${action ?? ''}\n${status ?? ''}\n\n${final ?? ''}\n`;
}

describe('names of ours in a reply', () => {
  const ours = (reply: string, recipient = 'ann@customer.example'): readonly string[] | undefined =>
    recipientOf({
      status: `Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ${recipient}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; ${reply}\n`,
      returned: { from: 'Shop <Offers@Shop.example>' },
    }).ours;

  test('are those of the mailbox and of the returned mail', () => {
    expect(ours(`550 <${MAILBOX}>: user unknown`)).toEqual([MAILBOX, 'shop.example']);
    expect(ours('550 OFFERS@shop.example: user unknown')).toEqual(['shop.example', 'offers@shop.example']);
    expect(ours('550 user unknown')).toBeUndefined();
  });

  test("are not the recipient's", () => {
    expect(ours(`550 shop.example: no such user`, 'ann@shop.example')).toBeUndefined();
    expect(ours(`550 shop.example: no such user`, 'ann@workshop.example')).toEqual(['shop.example']);
  });
});
