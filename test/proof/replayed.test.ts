/**
 * Genuine reports of Gmail's sent again, with all that Gmail signed left as it was: what it did not sign (Content-Type,
 * X-Failed-Recipients) changed, or in another account.
 */
import { describe, expect, test } from '@jest/globals';
import type { Fate } from './world.ts';
import { failed, full, gmail, returnedMail, trace } from './forge.ts';
import { ACCEPT, ATTACKER, ATTACKER_ID, ATTACKER_META, fateOf, REQUIRED, SECRET_ID, SENT, VICTIM } from './world.ts';

/** What Gmail signs: these fields, and the body to its last byte. */
const SIGNED = ['from', 'to', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'auto-submitted'];

const posted = ({ events }: Fate): string[] => events.map(({ verdict, address }) => `${verdict} ${address}`);

/** The parts of a report as the attacker wrote them into a mail that Gmail then returned. */
function hidden(group: readonly string[], returned: readonly string[]): string {
  return [
    ...['--evil', 'Content-Type: text/plain', '', 'Your message was not delivered.', ''],
    ...['--evil', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; googlemail.com', '', ...group, ''],
    ...['--evil', 'Content-Type: message/rfc822', '', ...returned, '', 'Hello', '', '--evil--', ''],
  ].join('\r\n');
}

/** A genuine report about this id that returns a mail with a hidden report in it. */
function genuine(id: string, hiddenReport: string): Buffer {
  const returned = [...returnedMail(id, ATTACKER, [`X-CleverTap_META: ${ATTACKER_META}`]), '', hiddenReport];
  return gmail({
    groups: [failed(ATTACKER)],
    status: ['Reporting-MTA: dns; googlemail.com', `X-Original-Message-ID: <${id}>`],
    returned,
  });
}

/** The same with the boundary of the hidden report: what was the report becomes its preamble. */
function withOtherBoundary(source: Buffer): Buffer {
  return Buffer.from(source.toString().replace('boundary="b1"', 'boundary="evil"'));
}

function signedBytes(source: Buffer): string[] {
  const text = source.toString();
  const end = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, end).split('\r\n');
  return [...fields.filter(line => SIGNED.includes(line.split(':')[0]?.toLowerCase() ?? '')), text.slice(end)];
}

describe('with another MIME boundary', () => {
  const cases = [
    [
      'a victim, and a mail that Sent does not have',
      'spoofed-1@attacker.example',
      returnedMail('spoofed-1@attacker.example'),
    ],
    ["a victim, and the attacker's own mail", ATTACKER_ID, returnedMail(ATTACKER_ID)],
    [
      "a victim, and the attacker's own mail with its META",
      ATTACKER_ID,
      returnedMail(ATTACKER_ID, VICTIM, [`X-CleverTap_META: ${ATTACKER_META}`]),
    ],
  ] as const;

  test.each(cases)('naming %s: it is held', async (_name, id, returned) => {
    const source = genuine(id, hidden(failed(VICTIM), returned));
    const replayed = withOtherBoundary(source);
    expect(signedBytes(replayed)).toEqual(signedBytes(source));
    expect(replayed.equals(source)).toBe(false);
    for (const settings of [REQUIRED, ACCEPT]) {
      const fate = await fateOf(replayed, settings);
      expect(posted(fate)).toEqual([]);
      expect(fate.held).toMatchObject([{ address: VICTIM, verdict: 'hard' }]);
      expect(fate.because).toMatch(/Gmail's own report/);
    }
  });

  test('as it was, it speaks of the address that Gmail spoke of', async () => {
    const source = genuine(ATTACKER_ID, hidden(failed(VICTIM), returnedMail(ATTACKER_ID)));
    expect(posted(await fateOf(source))).toEqual([`hard ${ATTACKER}`]);
  });
});

describe('with other fields that are not signed', () => {
  const base = genuine(ATTACKER_ID, 'Hello');
  const alter = (change: (text: string) => string): Buffer => Buffer.from(change(base.toString()));

  test.each([
    [
      'the victim in X-Failed-Recipients',
      alter(text => text.replace(/X-Failed-Recipients: .*/, `X-Failed-Recipients: ${VICTIM}`)),
    ],
    [
      'the victim in a second X-Failed-Recipients',
      alter(text => text.replace('MIME-Version', `X-Failed-Recipients: ${VICTIM}\r\nMIME-Version`)),
    ],
    ['the victim in Reply-To', alter(text => text.replace('MIME-Version', `Reply-To: ${VICTIM}\r\nMIME-Version`))],
    ['the victim in Resent-To', alter(text => text.replace('MIME-Version', `Resent-To: ${VICTIM}\r\nMIME-Version`))],
  ])('%s: only the address that Gmail spoke of is posted', async (_name, mail) => {
    expect(posted(await fateOf(mail))).toEqual([`hard ${ATTACKER}`]);
  });

  test.each([
    ['no Content-Type', alter(text => text.replace(/Content-Type: multipart.*\r\n/, ''))],
    ['another Content-Type', alter(text => text.replace(/Content-Type: multipart.*/, 'Content-Type: text/plain'))],
    [
      'a read receipt',
      alter(text => text.replace('report-type=delivery-status', 'report-type=disposition-notification')),
    ],
  ])('%s: nothing for the victim', async (_name, mail) => {
    const fate = await fateOf(mail, ACCEPT, SENT);
    expect(posted(fate).filter(event => !event.endsWith(ATTACKER))).toEqual([]);
  });
});

describe('in another place', () => {
  test.each([
    ['signed for another account', gmail({ to: 'mallory@gmail.example', groups: [full(VICTIM)] })],
    [
      'passed on by hand through another account',
      gmail({
        top: [...trace().slice(0, 4), 'Received: from a by evil.example with SMTP', ...trace().slice(4)],
        groups: [full(VICTIM)],
      }),
    ],
    [
      'provoked by a mail that we never sent',
      gmail({ groups: [failed(VICTIM)], returned: returnedMail('spoofed-2@attacker.example') }),
    ],
  ])('%s: it is held', async (_name, mail) => {
    const fate = await fateOf(mail);
    expect(posted(fate)).toEqual([]);
    expect(fate.held).toHaveLength(1);
  });

  test('about a mail that we sent to the victim: it is true', async () => {
    const mail = gmail({ groups: [failed(VICTIM)], returned: returnedMail(SECRET_ID) });
    expect(posted(await fateOf(mail))).toEqual([`hard ${VICTIM}`]);
  });
});
