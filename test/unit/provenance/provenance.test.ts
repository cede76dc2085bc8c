import { describe, expect, test } from '@jest/globals';
import type { SentLookup, SentMail } from '../../../src/mailbox/mailbox.ts';
import { prove, proveHeld } from '../../../src/provenance/provenance.ts';
import type { ProvenanceSettings, Proven, ReportCase } from '../../../src/provenance/provenance.ts';
import type { BounceReport } from '../../../src/report/report.ts';
import type { HeaderFields } from '../../../src/shared/header-fields.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';

const NOW = 1_763_900_000;
const account = { mailbox: 'campaigns', callback: 'clevertap', user: 'news@shop.example' };
const required: ProvenanceSettings = {
  mode: 'required',
  gmailWithoutOriginal: 'hold',
  onlyCampaignMail: false,
  authservId: 'mx.google.com',
  maxAgeSeconds: 30 * 86_400,
};

function verdict(recipient: string, more: Partial<Verdict> = {}): Verdict {
  return {
    recipient,
    names: [recipient],
    verdict: 'hard',
    reason: 'userUnknown',
    because: 'policy "clevertap": userUnknown is hard',
    about: 'recipient',
    bouncedAtSeconds: NOW - 60,
    evidence: [{ part: 'delivery-status', quote: '550 5.1.1 no such user', rule: 'test' }],
    ...more,
  };
}

function report(ids: readonly string[]): BounceReport {
  return { kind: 'failure', reader: 'rfc3464', originalMessageIds: ids, recipients: [] };
}

function sent(...mails: SentMail[]): SentLookup {
  return { searched: true, mails: new Map(mails.map(mail => [mail.messageId, mail])) };
}

function run(verdicts: Verdict[], found: SentLookup, settings = required, ids = ['m1@shop.example']): Proven {
  return prove(caseOf(verdicts, { report: report(ids) }), found, settings, NOW);
}

function caseOf(verdicts: Verdict[], more: Partial<ReportCase> = {}): ReportCase {
  return {
    account,
    identity: { digest: 'd1' },
    report: report(['m1@shop.example']),
    author: { kind: 'unknown', because: 'a test' },
    verdicts,
    ...more,
  };
}

/** The header that a report returns. */
function returned(meta: string): HeaderFields {
  return [{ name: 'x-clevertap_meta', value: meta }];
}

const toAda: SentMail = { messageId: 'm1@shop.example', recipients: ['Ada@Example.org'] };

describe('with proof required', () => {
  test('a recipient of the mail found in Sent is posted in the spelling it was sent to', () => {
    const { events, held } = run([verdict('ada@example.org')], sent(toAda));
    expect(held).toEqual([]);
    expect(events).toMatchObject([
      { address: 'Ada@Example.org', verdict: 'hard', proof: 'sent', tsSeconds: NOW - 60, mailbox: 'campaigns' },
    ]);
  });

  test("CleverTap's own spelling of the customer wins", () => {
    const mail = { ...toAda, campaignMeta: 'ADA@example.org|17|1763|20261120|0|wzrk_default|-1|' };
    expect(run([verdict('ada@example.org')], sent(mail)).events[0]?.address).toBe('ADA@example.org');
  });

  test('a forged report that names a stranger beside a real Message-ID is held', () => {
    const { events, held } = run([verdict('victim@example.net')], sent(toAda));
    expect(events).toEqual([]);
    expect(held[0]?.missing).toMatch(/<m1@shop\.example>.*was not sent to victim@example\.net/);
  });

  test('a Message-ID that is not in Sent proves nothing', () => {
    const { events, held } = run([verdict('ada@example.org')], sent());
    expect(events).toEqual([]);
    expect(held[0]?.missing).toMatch(/no mail with Message-ID <m1@shop\.example> is in Sent/);
  });

  test('no Message-ID at all, and no Sent folder at all, are named as such', () => {
    expect(run([verdict('ada@example.org')], sent(), required, []).held[0]?.missing).toMatch(/names no Message-ID/);
    const blind = { searched: false, mails: new Map<string, SentMail>() };
    expect(run([verdict('ada@example.org')], blind).held[0]?.missing).toMatch(/shows no Sent folder/);
  });

  test('a failed Cc is not blamed on the customer in the META field', () => {
    const mail = {
      messageId: 'm1@shop.example',
      recipients: ['ada@example.org', 'cc@example.net'],
      campaignMeta: 'ada@example.org|1|',
    };
    expect(run([verdict('cc@example.net')], sent(mail)).events.map(event => event.address)).toEqual(['cc@example.net']);
  });

  test('a campaign mail passed on to another address gives a soft event for the one it was sent to', () => {
    const mail = { ...toAda, campaignMeta: 'ada@example.org|1|' };
    const passedOn = caseOf([verdict('private@isp.example')], { returnedHeaders: returned('ada@example.org |1|') });
    expect(prove(passedOn, sent(mail), required, NOW).events).toMatchObject([
      { address: 'ada@example.org', verdict: 'soft', proof: 'sent-forwarded' },
    ]);
  });

  test('a Message-ID that got about is not enough to claim that a mail was passed on', () => {
    const mail = { ...toAda, campaignMeta: 'ada@example.org|1|' };
    for (const returnedHeaders of [[], returned('victim@example.net|1|')]) {
      const { events, held } = prove(
        caseOf([verdict('victim@example.net')], { returnedHeaders }),
        sent(mail),
        required,
        NOW,
      );
      expect(events).toEqual([]);
      expect(held[0]?.missing).toMatch(/not sent to victim@example\.net, and the report does not return the X-Clever/);
    }
  });

  test("people's mail and campaign mails to several are never blamed on an address that no name matches", () => {
    const toTwo = { ...toAda, recipients: ['ada@example.org', 'bob@example.org'], campaignMeta: 'ada@example.org|1|' };
    for (const mail of [toAda, toTwo]) {
      const { events, held } = run([verdict('private@isp.example')], sent(mail));
      expect(events).toEqual([]);
      expect(held).toHaveLength(1);
    }
  });

  test('any of the names a report gives may match', () => {
    const known = verdict('ada@mx.example.org', { names: ['ada@mx.example.org', 'ada@example.org'] });
    expect(run([known], sent(toAda)).events).toMatchObject([{ address: 'Ada@Example.org', proof: 'sent' }]);
  });

  test('two names of one customer in one report give one event, the hard one', () => {
    const soft = verdict('ADA@example.org', { verdict: 'soft', reason: 'mailboxFull' });
    expect(run([soft, verdict('ada@example.org')], sent(toAda)).events.map(event => event.verdict)).toEqual(['hard']);
  });

  test('the event keeps its id however often it is read, and differs by mail', () => {
    const id = (digest: string): string | undefined =>
      prove(caseOf([verdict('ada@example.org')], { identity: { digest } }), sent(toAda), required, NOW + 5).events[0]
        ?.id;
    expect(id('d1')).toBe(run([verdict('ADA@EXAMPLE.ORG')], sent(toAda)).events[0]?.id);
    expect(id('d2')).not.toBe(id('d1'));
  });
});

describe('what is never posted', () => {
  test('a delay, an old bounce, our own address: each with its reason', () => {
    const { events, held, unposted } = run(
      [
        verdict('ada@example.org', { verdict: 'none', reason: 'delayed' }),
        verdict('bob@example.org', { bouncedAtSeconds: NOW - 31 * 86_400 }),
        verdict('News@shop.example'),
      ],
      sent(toAda),
    );
    expect([events, held]).toEqual([[], []]);
    expect(unposted.map(one => one.because)).toEqual([
      'no failure: delayed',
      'older than max_age',
      "the account's own address",
    ]);
  });
});

describe('with proof off', () => {
  test('the verdict is posted as the report names it, and says so', () => {
    const { events } = run([verdict('ada@example.org')], sent(), { ...required, mode: 'off' });
    expect(events).toMatchObject([{ address: 'ada@example.org', verdict: 'hard', proof: 'off' }]);
  });
});

describe('a held event looked at again', () => {
  test('becomes an event with the same id and ts once its original is found, else says what is missing now', () => {
    const held = run([verdict('ada@example.org')], sent()).held[0];
    if (!held) throw new Error('expected a held event');
    expect(proveHeld(held, sent(toAda), account.user, required)).toMatchObject({
      id: held.id,
      tsSeconds: held.tsSeconds,
      proof: 'sent',
      verdict: 'hard',
    });
    const still = proveHeld(held, sent({ ...toAda, recipients: ['bob@example.org'] }), account.user, required);
    expect('missing' in still && still.missing).toMatch(/was not sent to ada@example\.org/);
  });

  test('is not posted because proof was switched off since, nor where a look-up cannot help', () => {
    const [held] = run([verdict('ada@example.org')], sent()).held;
    const [hopeless] = run([verdict('ada@example.org')], sent(), required, []).held;
    if (!held || !hopeless) throw new Error('expected held events');
    const off = { ...required, mode: 'off' as const };
    expect(proveHeld(held, sent(), account.user, off)).toEqual(held);
    expect(proveHeld(hopeless, sent(toAda), account.user, required)).toEqual(hopeless);
  });
});
