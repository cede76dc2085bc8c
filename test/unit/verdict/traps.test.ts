/**
 * Wordings that look like an unknown user and are not, and the other way round. A wrong hard verdict unsubscribes
 * somebody, so each of them is a person kept.
 */
import { describe, expect, test } from '@jest/globals';
import { said, verdictOn } from './build.ts';

const SOMEBODY = 'mx.customer.example';

describe('is no unknown user', () => {
  test.each([
    ['550 5.1.0 <news@shop.example>: Sender verify failed', 'senderRejected'],
    ['550 5.7.1 Verification failed for <news@shop.example>; unknown user. Sender verify failed', 'senderRejected'],
    ['550 5.1.0 <news@shop.example>: Sender address rejected: User unknown in relay recipient table', 'senderRejected'],
    ['550 5.1.1 <news@shop.example>: Sender address rejected: undeliverable address: host said: 550', 'senderRejected'],
    ['550 5.1.8 Domain of sender address news@shop.example does not exist', 'senderRejected'],
    ['450 4.1.1 <ann@customer.example>: Recipient address rejected: unverified address: timed out', 'systemError'],
    ['550 5.7.1 too many invalid recipients from 192.0.2.7', 'ipReputation'],
    ['552 5.1.1 boite du destinataire pleine', 'mailboxFull'],
    ['550 5.1.1 <ann@customer.example> user over quota', 'mailboxFull'],
    ['552 5.1.1 <ann@customer.example> sorry, final recipient mailbox is full (chkuser)', 'mailboxFull'],
    ['550 5.1.1 <ann@customer.example> sender is blacklisted', 'recipientPreference'],
    ['510 5.1.1 ann is not subscribed to that group', 'mailingListRestricted'],
    ['550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.7 is blacklisted', 'blocklisted'],
    ['550 5.1.1 refused, too many connections from your host', 'tooManyConnections'],
  ])('%s', (reply, reason) => {
    const { verdict, reason: got } = verdictOn(said(reply, SOMEBODY));
    expect({ verdict, reason: got }).toEqual({ verdict: 'soft', reason });
  });
});

describe('is soft where the refusal does not speak of the recipient for sure', () => {
  test.each([
    ['mailbox unavailable under a code about policy', '550 5.7.1 Requested action not taken: mailbox unavailable'],
    [
      'access denied anywhere but at Microsoft',
      '554 5.7.1 <ann@customer.example>: Recipient address rejected: Access denied',
    ],
    ['a refused connection', 'host mx.customer.example refused after initial connection: 550 no such user here'],
    ['a refused sender', 'refused after MAIL FROM:<news@shop.example>: 550 user unknown'],
    ['a refused sender, as Postfix says it', '550 user unknown (in reply to MAIL FROM command)'],
    ['an unread 5yz about the connection', '554 no thank you'],
    ['an unread 5yz about policy', '550 5.7.1 no thank you'],
    ['an unread 5yz about the content', '550 5.6.0 no thank you'],
    ['an unread 5yz about the mailbox', '550 5.2.0 no thank you'],
    ['an unread 5.1.0, which receivers use for senders', '550 5.1.0 no thank you'],
    ['a temporary reply that says unknown user', '450 4.1.1 <ann@customer.example>: User unknown'],
    ['two codes that contradict each other', '552 5.1.1 no thank you'],
    ['no relay for this domain', '550 5.7.1 Relay access denied'],
    ['an unread 4yz', '451 4.7.1 no thank you'],
  ])('%s', (_about, reply) => {
    const codes = { replyCode: Number(/\b[45]\d\d\b/.exec(reply)?.[0]) };
    expect(verdictOn({ ...said(reply, SOMEBODY), ...codes }).verdict).toBe('soft');
  });

  test('an unknown user at a phone company after it has seen the content', () => {
    const reply = '550 <ann@ezweb.ne.jp>: User unknown (in reply to end of DATA command)';
    expect(verdictOn(said(reply, 'lsean.ezweb.ne.jp')).verdict).toBe('soft');
    const exim = { ...said('after end of data: 550 Unknown user ann', 'mfsmax.docomo.ne.jp'), replyCode: 550 };
    expect(verdictOn(exim).verdict).toBe('soft');
  });
});

describe('is hard', () => {
  test.each([
    ['an unread 550', '550 no thank you'],
    ['an unread 553', '553 no thank you'],
    ['an unread 550 with a code that says nothing', '550 5.0.0 no thank you'],
    ['5.1.1 in a language nobody reads here', '550 5.1.1 ei ole'],
    ['a null MX', '556 5.1.10 no thank you'],
    ['a null MX without an enhanced code', '556 no thank you'],
    ['mailbox unavailable under 5.1.1', '550 5.1.1 Requested action not taken: mailbox unavailable'],
    ['a recipient rejected under 5.1.1', '550 5.1.1 <ann@customer.example>: Recipient rejected'],
    ['moved without a forward', '551 5.1.6 Destination mailbox has moved'],
    ['no such domain', '550 5.1.2 no such domain here'],
  ])('%s', (_about, reply) => {
    expect(verdictOn(said(reply, SOMEBODY)).verdict).toBe('hard');
  });

  test('what Gmail found out about the domain, in any class', () => {
    const internal = said('454 4.4.4 [internal] no mx or a for domain', undefined);
    expect(verdictOn(internal)).toMatchObject({ verdict: 'hard', reason: 'domainUnknown' });
  });

  test('the same words from its own server and from any other', () => {
    const reply = '550 5.5.0 Requested action not taken: mailbox unavailable';
    expect(verdictOn(said(reply, 'mx-aol.mail.gm0.yahoodns.net')).verdict).toBe('soft');
    expect(verdictOn(said(reply, 'hotmail-com.olc.protection.outlook.com')).verdict).toBe('hard');
  });
});

describe('behind an expiry', () => {
  test('stands the reason', () => {
    const inner = said(
      '550 4.4.7 Message expired -> 421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to volume',
    );
    expect(verdictOn({ ...inner, status: '4.4.7' })).toMatchObject({ verdict: 'soft', reason: 'ipReputation' });
  });

  test('stands nothing that would make it final', () => {
    const inner = said('451 4.4.7 Message expired; last reply was 450 4.1.1 User unknown');
    expect(verdictOn(inner).verdict).toBe('soft');
  });
});
