/**
 * The bounce of a self-test is known by the mail in Sent that bears the mark, and by nothing else: whatever a report
 * says of itself, no customer's bounce is lost by it, and nothing is posted for a self-test.
 */
import { describe, expect, test } from '@jest/globals';
import type { SentMail } from '../../src/mailbox/mailbox.ts';
import { selfTestId } from '../../src/shared/self-test-mark.ts';
import { failed, fake, gmail, returnedMail } from './forge.ts';
import { ACCEPT, fateOf, REQUIRED, SECRET_ID, SENT, VICTIM } from './world.ts';

const TOKEN = '0b9f3c1e-7a52-4d0c-9a40-1f4f1f6f2c11';
const ID = selfTestId(TOKEN, 'shop.example');
const NOBODY = 'selftest-0b9f3c1e@bounced.invalid';
const MARKED: SentMail = { messageId: ID, recipients: [NOBODY], isSelfTest: true };
const WITH_IT: readonly SentMail[] = [...SENT, MARKED];
const MARK = `X-Bounced-Selftest: ${TOKEN}`;

const itsBounce = fake({ groups: [failed(NOBODY)], returned: returnedMail(ID, NOBODY, [MARK]) });

describe('the bounce of a self-test', () => {
  test.each([
    ['with proof required', REQUIRED],
    ['where soft bounces of Gmail are accepted', ACCEPT],
    ['where only campaign mail counts', { ...REQUIRED, onlyCampaignMail: true }],
  ])('%s gives no event and is recorded as what it is', async (_name, settings) => {
    const { events, held, kind, because } = await fateOf(itsBounce, settings, WITH_IT);
    expect([events, held]).toEqual([[], []]);
    expect(kind).toBe('failure');
    expect(because).toContain(`not posted ${NOBODY}: a self-test`);
  });

  test('whose mail is not in Sent is held', async () => {
    const { events, held } = await fateOf(itsBounce, REQUIRED, SENT);
    expect(events).toEqual([]);
    expect(held).toMatchObject([{ address: NOBODY, missing: expect.stringContaining('is in Sent') }]);
  });
});

describe('a forged mark changes nothing', () => {
  test('in the mail that a report returns, and in its own header', async () => {
    const returned = returnedMail(SECRET_ID, VICTIM, [MARK]);
    const plain = await fateOf(fake({ returned: returnedMail(SECRET_ID) }), REQUIRED, WITH_IT);
    const marked = await fateOf(fake({ returned, more: [MARK] }), REQUIRED, WITH_IT);
    expect(plain.events).toHaveLength(1);
    expect(marked.events.map(({ address, verdict, proof }) => ({ address, verdict, proof }))).toEqual(
      plain.events.map(({ address, verdict, proof }) => ({ address, verdict, proof })),
    );
  });

  test('a report that also quotes a self-test still tells of the customer', async () => {
    const source = fake({
      groups: [failed(VICTIM), failed(NOBODY)],
      more: [`References: <${ID}>`],
      returned: returnedMail(SECRET_ID),
    });
    const { events, held } = await fateOf(source, REQUIRED, WITH_IT);
    expect(events).toMatchObject([{ address: VICTIM, verdict: 'hard', proof: 'sent' }]);
    expect(held.map(({ address }) => address)).not.toContain(VICTIM);
  });

  test('a report that quotes a self-test alone and names a customer is held, not passed over', async () => {
    const { events, held } = await fateOf(fake({ returned: returnedMail(ID) }), REQUIRED, WITH_IT);
    expect(events).toEqual([]);
    expect(held).toMatchObject([{ address: VICTIM, missing: expect.stringContaining('was not sent to') }]);
  });

  test('a Message-ID of its form, of a mail in Sent without the mark, is a Message-ID like any other', async () => {
    const campaign: SentMail = { messageId: ID, recipients: [VICTIM] };
    const { events } = await fateOf(fake({ returned: returnedMail(ID) }), REQUIRED, [campaign]);
    expect(events).toMatchObject([{ address: VICTIM, verdict: 'hard' }]);
  });

  test('a soft report of Gmail about a self-test that is gone from Sent is held where others are accepted', async () => {
    const about = (id: string): Buffer =>
      gmail({ status: ['Reporting-MTA: dns; googlemail.com', `X-Original-Message-ID: <${id}>`] });
    const other = await fateOf(about('gone@shop.example'), ACCEPT, []);
    const ours = await fateOf(about(ID), ACCEPT, []);
    expect([other.events.length, other.held.length]).toEqual([1, 0]);
    expect([ours.events.length, ours.held.length]).toEqual([0, 1]);
  });
});
