/**
 * From a report to verdicts: which of action, words, codes and prose counts, who is named, when it was, what it rests
 * on, and what the policy makes of it.
 */
import { describe, expect, test } from '@jest/globals';
import { decide, DEFAULT_POLICY } from '../../../src/verdict/verdict.ts';
import type { Policy } from '../../../src/verdict/verdict.ts';
import { NOW_SECONDS, recipientOf, reportOf, said, verdictOn } from './build.ts';

const UNKNOWN_USER = said('550 5.1.1 user unknown', 'mx.customer.example');
const FULL = said('552 5.2.2 mailbox full', 'mx.customer.example');

describe('the action', () => {
  test.each([
    ['delayed', 'delayed'],
    ['delivered', 'delivered'],
    ['relayed', 'delivered'],
    ['expanded', 'delivered'],
  ] as const)('%s gives no verdict, whatever the words', (action, reason) => {
    expect(verdictOn({ ...UNKNOWN_USER, action })).toMatchObject({ verdict: 'none', reason });
  });

  test('is decided recipient by recipient, in their order', () => {
    const report = reportOf([
      recipientOf({ finalRecipient: 'one@customer.example', ...UNKNOWN_USER }),
      recipientOf({ finalRecipient: 'two@customer.example', ...FULL }),
      recipientOf({ finalRecipient: 'three@customer.example', action: 'delayed' }),
    ]);
    const verdicts = decide(report, DEFAULT_POLICY, NOW_SECONDS);
    expect(verdicts.map(({ recipient, verdict }) => [recipient, verdict])).toEqual([
      ['one@customer.example', 'hard'],
      ['two@customer.example', 'soft'],
      ['three@customer.example', 'none'],
    ]);
  });
});

describe('words and codes', () => {
  test('words beat the code', () => {
    expect(verdictOn(said('550 5.1.1 mailbox full')).reason).toBe('mailboxFull');
  });

  test('an enhanced code beats the reply code', () => {
    expect(verdictOn(said('552 5.7.1 no thank you')).reason).toBe('policy');
  });

  test('a code that says why beats a wording that says nothing', () => {
    expect(verdictOn(said('550 5.1.1 <ann@customer.example>: rejected')).reason).toBe('userUnknown');
  });

  test('prose counts only where neither words nor codes speak', () => {
    const prose = 'Address not found: the user is unknown to the server, user unknown';
    expect(verdictOn({ ...FULL, prose }).reason).toBe('mailboxFull');
    expect(verdictOn({ ...said('550 5.7.1 no thank you'), prose }).reason).toBe('policy');
    expect(verdictOn({ status: '5.0.0', prose }).reason).toBe('userUnknown');
  });

  test("a vendor's own code means what the vendor says", () => {
    expect(verdictOn(said('550 5.1.10 no thank you', 'x.mail.protection.outlook.com')).reason).toBe('userUnknown');
    expect(verdictOn(said('550 5.1.10 no thank you', 'mx.customer.example')).reason).toBe('domainNoMail');
    expect(verdictOn(said('550 5.7.30 no thank you', 'mx.google.com')).reason).toBe('authenticationFailure');
  });

  test("the recipient's domain does not say who refused", () => {
    const reply = '550 5.5.0 Requested action not taken: mailbox unavailable';
    const refused = { ...said(reply, 'mx.customer.example'), finalRecipient: 'ann@outlook.com' };
    expect(verdictOn(refused).verdict).toBe('soft');
  });

  test('nothing at all is soft, and says so', () => {
    expect(verdictOn({})).toMatchObject({ verdict: 'soft', reason: 'unknown', about: 'unknown' });
  });
});

describe('the evidence', () => {
  test('names the row that decided, its source, and what lost against it', () => {
    const { evidence } = verdictOn(said('550 5.7.1 <ann@customer.example>: Recipient address rejected: User unknown'));
    expect(evidence[0]).toMatchObject({ part: 'delivery-status', quote: expect.stringContaining('User unknown') });
    expect(evidence[0]?.rule).toMatch(/^phrase "user unknown" of many receivers \(.+\)$/);
    expect(evidence[0]).toMatchObject({ reason: 'userUnknown' });
    expect(evidence[0]).not.toHaveProperty('lost');
    expect(evidence.slice(1)).toEqual([
      {
        part: 'delivery-status',
        quote: 'recipient address rejected',
        rule: expect.stringMatching(/^phrase "recipient address rejected" of many receivers/),
        reason: 'unknown',
        lost: 'it only says that the mail was refused',
      },
      {
        part: 'delivery-status',
        quote: expect.stringContaining('User unknown'),
        rule: 'status 5.7.1 (RFC 3463)',
        reason: 'policy',
        lost: 'words count before codes, which receivers misuse',
      },
    ]);
  });

  test.each([
    ['550 5.1.1 rejected', {}, 'unknown', 'it only says that the mail was refused'],
    ['552 5.2.2 mailbox full', { prose: 'Address not found: no such user' }, 'userUnknown', /^prose for people/],
    ['550 user unknown, mailbox full', {}, 'userUnknown', 'of two readings about as telling the soft one is taken'],
    ['550 message expired; 550 user unknown', {}, 'expired', /^behind an expiry/],
    ['550 refused ib607, user unknown', {}, 'userUnknown', "a vendor's own code counts before wordings"],
  ])('tells of %j %j why another reading lost: %s', (diagnostic, fields, reason, lost) => {
    const { evidence, reason: decided } = verdictOn({ ...said(diagnostic), ...fields });
    expect(decided).not.toBe(reason);
    const loser = evidence.find(one => one.reason === reason);
    expect(loser?.lost).toMatch(lost);
  });

  test('holds no reading twice, and nothing that only agrees', () => {
    const { evidence } = verdictOn(said('550 5.1.1 user unknown: no such user, recipient unknown'));
    expect(evidence.map(({ reason }) => reason)).toEqual(['userUnknown']);
  });

  test('says that a code decided where one did', () => {
    expect(verdictOn(said('550 5.1.1 ei ole')).evidence[0]?.rule).toBe('status 5.1.1 (RFC 3463)');
  });

  test('says where the words stood', () => {
    const fromText = { part: 'text', quote: '550 user unknown', rule: 'reader exim' } as const;
    expect(verdictOn({ ...UNKNOWN_USER, evidence: [fromText] }).evidence.map(one => one.part)).toEqual([
      'text',
      'text',
    ]);
    expect(verdictOn({ prose: 'user unknown' }).evidence[0]?.part).toBe('text');
  });

  test("keeps the reader's own behind the deciding one", () => {
    const read = { part: 'delivery-status', quote: 'Action: failed', rule: 'reader rfc3464' } as const;
    expect(verdictOn({ ...UNKNOWN_USER, evidence: [read] }).evidence.at(-1)).toEqual(read);
  });
});

describe('what made the verdict of the reason', () => {
  const because = (fields: Parameters<typeof verdictOn>[0], policy?: Policy): string =>
    verdictOn(fields, policy).because;

  test.each([
    [UNKNOWN_USER, 'policy "clevertap": userUnknown is hard'],
    [FULL, 'policy "clevertap": mailboxFull is soft'],
    [said('450 4.1.1 user unknown'), 'policy "clevertap": userUnknown would be hard, but reply 450 is not final'],
    [
      said('552 5.1.1 ei ole'),
      'policy "clevertap": userUnknown would be hard, but reply 552 says otherwise than status 5.1.1',
    ],
    [
      said('550 no thank you'),
      'policy "clevertap": no reason is recognised, and reply 550 is final and about the mailbox',
    ],
    [said('554 no thank you'), 'policy "clevertap": no reason is recognised, and reply 554 is not about the mailbox'],
    [{ action: 'delayed' as const }, 'delayed is no failure'],
  ])('is told: %j', (fields, words) => {
    expect(because(fields)).toBe(words);
  });

  test('names the override, and what it cannot do', () => {
    const policy: Policy = { name: 'clevertap', overrides: { mailboxFull: 'hard', unknown: 'hard' } };
    expect(because(FULL, policy)).toBe(`the configuration's [verdict.overrides]: mailboxFull = "hard"`);
    expect(because({}, policy)).toMatch(/unknown = "hard", but neither a word nor a code supports it$/);
  });

  test('names the class where that decides', () => {
    const policy: Policy = { name: 'smtp-class', overrides: {} };
    expect(because(said('550 5.7.1 spam'), policy)).toBe('policy "smtp-class": 5.7.1 and 550 are of class 5');
    expect(because({ ...said('421 no'), status: '5.0.0' }, policy)).toBe('policy "smtp-class": 421 is not of class 5');
  });
});

describe('the names', () => {
  test('begin with the address the mail was sent to, each once', () => {
    const verdict = verdictOn({
      ...UNKNOWN_USER,
      originalRecipient: 'Ann@customer.example',
      finalRecipient: 'ann@CUSTOMER.example',
      alsoKnownAs: ['a.smith@inside.example', 'not an address'],
    });
    expect(verdict.names).toEqual(['Ann@customer.example', 'a.smith@inside.example']);
    expect(verdict.recipient).toBe('Ann@customer.example');
  });

  test('pass by an original recipient that is no address', () => {
    expect(verdictOn({ ...UNKNOWN_USER, originalRecipient: 'unknown' }).recipient).toBe('ann@customer.example');
  });
});

describe('the time', () => {
  const day = 86_400;
  const times = { arrivedAtSeconds: NOW_SECONDS - 3 * day, reportedAtSeconds: NOW_SECONDS - 2 * day };
  const at = (lastAttemptAtSeconds: number | undefined, fields = {}): number | undefined => {
    const recipient = recipientOf(lastAttemptAtSeconds === undefined ? {} : { lastAttemptAtSeconds });
    return decide(reportOf([recipient], fields), DEFAULT_POLICY, NOW_SECONDS)[0]?.bouncedAtSeconds;
  };

  test('is the last attempt, else the arrival, else the report, else its receipt, else now', () => {
    const receivedAtSeconds = NOW_SECONDS - day;
    expect(at(NOW_SECONDS - 4 * day, { ...times, receivedAtSeconds })).toBe(NOW_SECONDS - 4 * day);
    expect(at(undefined, { ...times, receivedAtSeconds })).toBe(NOW_SECONDS - 3 * day);
    expect(at(undefined, { reportedAtSeconds: times.reportedAtSeconds, receivedAtSeconds })).toBe(
      NOW_SECONDS - 2 * day,
    );
    expect(at(undefined, { receivedAtSeconds })).toBe(NOW_SECONDS - day);
    expect(at(undefined)).toBe(NOW_SECONDS);
  });

  test('is never later than now', () => {
    expect(at(NOW_SECONDS + day)).toBe(NOW_SECONDS);
  });

  test('is not taken from a clock that stood still in the last century', () => {
    expect(at(86_400, times)).toBe(times.arrivedAtSeconds);
  });
});

describe('the policy', () => {
  const literal: Policy = { name: 'smtp-class', overrides: {} };
  const overriding = (overrides: Policy['overrides']): Policy => ({ name: 'clevertap', overrides });

  test('takes the SMTP class to the letter where told to, a full mailbox excepted', () => {
    expect(verdictOn(said('550 5.7.1 spam'), literal).verdict).toBe('hard');
    expect(verdictOn(said('450 4.1.1 user unknown'), literal).verdict).toBe('soft');
    expect(verdictOn({ status: '5.0.0' }, literal).verdict).toBe('hard');
    expect(verdictOn(FULL, literal).verdict).toBe('soft');
    expect(verdictOn({}, literal).verdict).toBe('soft');
  });

  test('takes the soft class where status and reply disagree', () => {
    expect(verdictOn({ ...said('421 no thank you'), status: '5.0.0' }, literal).verdict).toBe('soft');
    expect(verdictOn({ ...said('550 no thank you'), status: '4.0.0' }, literal).verdict).toBe('soft');
  });

  test("ends with the operator's choice", () => {
    expect(verdictOn(UNKNOWN_USER, overriding({ userUnknown: 'soft' })).verdict).toBe('soft');
    expect(verdictOn(FULL, overriding({ mailboxFull: 'none' })).verdict).toBe('none');
    expect(verdictOn(FULL, overriding({ mailboxFull: 'hard' })).verdict).toBe('hard');
    expect(verdictOn(FULL, { name: 'smtp-class', overrides: { mailboxFull: 'hard' } }).verdict).toBe('hard');
  });

  test('makes nothing hard that nothing supports', () => {
    expect(verdictOn({}, overriding({ unknown: 'hard' })).verdict).toBe('soft');
    expect(verdictOn({ diagnostic: 'no thank you' }, overriding({ unknown: 'hard' })).verdict).toBe('soft');
    expect(verdictOn({ status: '5.0.0' }, overriding({ unknown: 'hard' })).verdict).toBe('hard');
  });

  test('makes no bounce of what did not fail', () => {
    expect(verdictOn({ action: 'delayed' }, overriding({ delayed: 'hard' })).verdict).toBe('none');
    expect(verdictOn({ action: 'relayed' }, literal).verdict).toBe('none');
  });
});
