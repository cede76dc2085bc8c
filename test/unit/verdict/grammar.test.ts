/**
 * Wordings that no table row knows: what they speak of is told by their nouns and verbs, and doubted where it may be
 * about us.
 */
import { describe, expect, test } from '@jest/globals';
import { reasonByGrammar } from '../../../src/verdict/grammar.ts';
import { maySpeakOfAnother, speaksOfOurSide } from '../../../src/verdict/subject.ts';

describe('what a refusal speaks of', () => {
  test.each([
    ['550 our directory knows no such subscriber', 'userUnknown'],
    ['550 5.1.1 that account was deleted last year', 'userUnknown'],
    ['550 the alias you wrote to cannot be found', 'userUnknown'],
    ['550 person has left the company', 'userUnknown'],
    ['550 x1@customer.example: nonexistent addressee', 'userUnknown'],
    ['552 the inbox of this customer is full', 'mailboxFull'],
    ['552 account does not have enough space', 'mailboxFull'],
    ['550 mailbox exceeds the allowed storage', 'mailboxFull'],
    ['550 this account is deactivated', 'suspendedTemporarily'],
    ['550 the domain customer.example is unknown here', 'domainUnknown'],
  ])('%s: %s', (text, reason) => {
    expect(reasonByGrammar(text)?.reason).toBe(reason);
  });

  test.each([
    '550 sender address does not exist',
    '550 unknown user or spam content',
    '550 helo name not found in dns',
    '451 user unknown at the moment, try again later',
    '550 recipient temporarily unavailable',
    '550 congratulations',
    '550 see http://customer.example/unknown-user',
  ])('nothing for %s', text => {
    expect(reasonByGrammar(text)).toBeUndefined();
  });

  test('noun and adjective side by side leave less doubt', () => {
    expect(reasonByGrammar('550 nonexistent user')?.confidence).toBe('high');
    expect(reasonByGrammar('550 the user you are looking for was not found')?.confidence).toBe('medium');
  });
});

describe('whose fault it is', () => {
  test.each([
    '550 your sending ip is listed by bl.example',
    '550 spamming not welcome here',
    '550 spf says no',
    '553 http://www.spamhaus.org/query/bl?ip=192.0.2.1',
  ])('ours: %s', text => {
    expect(speaksOfOurSide(text)).toBe(true);
  });

  test.each(['550 denied', '550 message scored 9.9 points', '550 too many connections'])('open: %s', text => {
    expect(speaksOfOurSide(text)).toBe(false);
    expect(maySpeakOfAnother(text)).toBe(true);
  });

  test.each(['550 mailbox unavailable', '550 <spam@customer.example> recipient rejected', '550'])(
    'not ours: %s',
    text => {
      expect(maySpeakOfAnother(text)).toBe(false);
    },
  );

  test("words before the reply are the reporter's own", () => {
    expect(maySpeakOfAnother('the message was refused by the mail server: 550 address rejected')).toBe(false);
  });
});
