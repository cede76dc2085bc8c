/**
 * A forged bounce changes nothing: no trick of these leads to an event for anybody, and each mail is held or left out
 * with the reason.
 */
import { describe, expect, test } from '@jest/globals';
import { FAKES, IDS } from './fakes.ts';
import type { Trick } from './fakes.ts';
import { failed, fake, full, gmail, returnedMail } from './forge.ts';
import { GMAIL_FAKES } from './gmail-fakes.ts';
import {
  ACCEPT,
  ATTACKER,
  ATTACKER_ID,
  ATTACKER_META,
  fateOf,
  LETTER_ID,
  REQUIRED,
  SECRET_ID,
  VICTIM,
} from './world.ts';
import type { Fate } from './world.ts';

const posted = ({ events }: Fate): string[] =>
  events.map(({ verdict, address, proof }) => `${verdict} ${address} ${proof}`);

async function expectNothing([, mail, because]: Trick, settings = REQUIRED): Promise<void> {
  const fate = await fateOf(mail, settings);
  expect(posted(fate)).toEqual([]);
  expect(fate.because).toMatch(because);
  // Left for the operator to see, unless it is no report at all, or names nobody.
  const isHeld = fate.kind === 'failure' && fate.because !== 'a report that names no recipient';
  expect(fate.held.length > 0).toBe(isHeld);
}

test('there are at least sixty tricks, each with a name of its own', () => {
  const names = [...FAKES, ...IDS, ...GMAIL_FAKES].map(([trick]) => trick);
  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe("a fake of any server's report", () => {
  test.each([...FAKES])('%s', async (...trick) => expectNothing(trick));
  test.each([...FAKES])('%s, where Gmail is accepted', async (...trick) => expectNothing(trick, ACCEPT));
});

describe('a fake that quotes a query', () => {
  test.each([...IDS])('%s', async (...trick) => expectNothing(trick));
});

describe("a fake of Gmail's report, where Gmail is accepted", () => {
  test('the genuine one would be posted', async () => {
    expect(posted(await fateOf(gmail(), ACCEPT))).toEqual([`soft ${VICTIM} gmail`]);
  });

  test.each([...GMAIL_FAKES])('%s', async (...trick) => expectNothing(trick, ACCEPT));
});

describe("Gmail's own report about a mail that is gone from Sent", () => {
  test('is held and called what it is; accepted, a hard one is held all the same', async () => {
    expect((await fateOf(gmail())).because).toMatch(/Gmail's own report, but the original <.*> is gone from Sent$/);
    const hard = await fateOf(gmail({ groups: [failed(VICTIM)] }), ACCEPT);
    expect(posted(hard)).toEqual([]);
    expect(hard.because).toMatch(/Gmail's own report.*a hard bounce is never accepted without it/);
  });

  test('with campaign mail only, the mail it returns must be one', async () => {
    const only = { ...ACCEPT, onlyCampaignMail: true };
    expect(posted(await fateOf(gmail(), only))).toEqual([]);
    const returned = returnedMail('purged-long-ago@shop.example', VICTIM, [`X-CleverTap_META: ${VICTIM}|1|2|`]);
    expect(posted(await fateOf(gmail({ returned }), only))).toEqual([`soft ${VICTIM} gmail`]);
    const ofAnother = returnedMail('purged-long-ago@shop.example', VICTIM, [`X-CleverTap_META: ${ATTACKER}|1|2|`]);
    expect(posted(await fateOf(gmail({ returned: ofAnother }), only))).toEqual([]);
  });

  test('the server whose word counts is the one that is named, and no other', async () => {
    const other = { ...ACCEPT, authservId: 'mx.shop.example' };
    expect(posted(await fateOf(gmail(), other))).toEqual([]);
    const named = Buffer.from(gmail().toString().replaceAll('mx.google.com', 'mx.shop.example'));
    expect(posted(await fateOf(named, other))).toEqual([`soft ${VICTIM} gmail`]);
    expect(posted(await fateOf(named, ACCEPT))).toEqual([]);
  });
});

describe('a recipient of our mail who fakes a report', () => {
  const own = returnedMail(ATTACKER_ID, ATTACKER, [`X-CleverTap_META: ${ATTACKER_META}`]);

  test('can have his own address posted', async () => {
    const fate = await fateOf(fake({ groups: [failed(ATTACKER)], returned: own }));
    expect(posted(fate)).toEqual([`hard ${ATTACKER} sent`]);
  });

  test('cannot name another beside himself', async () => {
    const fate = await fateOf(fake({ groups: [failed(ATTACKER), failed(VICTIM), full('c@d.example')], returned: own }));
    // The whole header of his mail makes it look passed on: to whom, does not matter. It is his address, once.
    expect(posted(fate)).toEqual([`hard ${ATTACKER} sent`]);
  });

  test('cannot name another instead of himself: it counts, softly, for himself', async () => {
    const fate = await fateOf(fake({ groups: [failed(VICTIM)], returned: own }));
    expect(posted(fate)).toEqual([`soft ${ATTACKER} sent-forwarded`]);
  });

  test('who calls himself Gmail, and is called a forger by the server, has not even that', async () => {
    const mail = gmail({
      trace: { results: 'Authentication-Results: mx.google.com; dmarc=fail header.from=googlemail.com' },
      groups: [failed(ATTACKER)],
      returned: own,
    });
    const fate = await fateOf(mail);
    expect(posted(fate)).toEqual([]);
    expect(fate.held).toMatchObject([
      { missing: expect.stringMatching(/^the report is forged/) as unknown, originalMessageIds: [] },
    ]);
  });
});

describe("a colleague's letter", () => {
  const returned = returnedMail(LETTER_ID, 'partner@example.org');
  const mail = fake({ groups: [failed('partner@example.org')], returned });

  test('is posted like any mail in Sent', async () => {
    expect(posted(await fateOf(mail))).toEqual(['hard partner@example.org sent']);
  });

  test('is left out with the reason where only campaign mail counts, which is posted still', async () => {
    const only = { ...REQUIRED, onlyCampaignMail: true };
    const fate = await fateOf(mail, only);
    expect([posted(fate), fate.held]).toEqual([[], []]);
    expect(fate.because).toBe(
      `not posted partner@example.org: people's mail: <${LETTER_ID}> in Sent bears no X-CleverTap_META for it (only_campaign_mail)`,
    );
    const campaign = fake({ groups: [failed(VICTIM)], returned: returnedMail(SECRET_ID) });
    expect(posted(await fateOf(campaign, only))).toEqual([`hard ${VICTIM} sent`]);
  });
});
