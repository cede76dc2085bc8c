/**
 * Rules of a developer's own, handed to `readBounce`.
 */
import { describe, expect, test } from '@jest/globals';
import { compileRules, readBounce } from '../../src/index.ts';
import type { Reason } from '../../src/index.ts';

const MAIL = `From: mailer-daemon@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@customer.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; 554 5.7.1 the rum is gone

--b--
`;

describe('readBounce with rules', () => {
  test('takes compiled ones as an option, beside or instead of those of the policy', async () => {
    const rules = compileRules([{ match: 'rum is gone', reason: 'userMoved', source: 'seen' }], 'mine');
    expect((await readBounce(MAIL)).verdicts[0]).toMatchObject({ verdict: 'soft', reason: 'policy' });
    const policy = { name: 'clevertap', overrides: { userMoved: 'none' }, rules: [] } as const;
    const { verdicts } = await readBounce(MAIL, { rules });
    expect(verdicts[0]).toMatchObject({
      verdict: 'hard',
      evidence: [{ rule: 'mine rule 1: "rum is gone" (seen)' }, {}, {}],
    });
    expect((await readBounce(MAIL, { rules, policy })).verdicts[0]).toMatchObject({
      verdict: 'none',
      reason: 'userMoved',
    });
    expect((await readBounce(MAIL, { policy: { ...policy, rules } })).verdicts[0]?.reason).toBe('userMoved');
  });

  test('tells of mistakes when they are compiled', () => {
    const wrong = [
      { match: 'rum is gone', reason: 'gone' as Reason, source: 'seen' },
      { pattern: '(?=x)rum', reason: 'policy', source: 'seen' },
    ] as const;
    expect(() => compileRules(wrong, 'mine')).toThrow(
      /^mine rule 1: reason: expected .*\nmine rule 2: pattern: holds a lookahead/,
    );
  });
});
