/**
 * Time that grows with a mail as the mail does, whatever it repeats and wherever. Each reading takes milliseconds to a
 * second; one whose time grew with the square of the input would take minutes at this size.
 */
import { describe, expect, test } from '@jest/globals';
import { readBounce } from '../../src/index.ts';
import { PIECES } from '../fuzz/nasty.ts';
import { PLACES } from '../fuzz/worst.ts';

const BYTES = 256 * 1024;
/** Far above any linear reading on a machine that is busy, far below a quadratic one: 2^18 squared is 69 billion. */
const MOST_MS = 30_000;

describe.each([...PLACES])('%s', (_name, place) => {
  test('filled with any piece', async () => {
    for (const piece of PIECES) {
      const startedMs = performance.now();
      const { verdicts } = await readBounce(place(piece, BYTES));
      const tookMs = performance.now() - startedMs;
      expect({ piece, tooSlow: tookMs > MOST_MS }).toEqual({ piece, tooSlow: false });
      expect(verdicts.length).toBeLessThanOrEqual(200);
    }
  }, 300_000);
});

describe('nothing but', () => {
  const CASES: Readonly<Record<string, string>> = {
    'nested multiparts': nested(1000),
    'ten thousand parts': `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nhi\n'.repeat(10_000)}--b--`,
    'boundaries of all depths': `${nested(10)}${'\n--n1\n--n2\n--n3'.repeat(10_000)}`,
    'a hundred thousand fields': `${'X-A: b\n'.repeat(100_000)}\nhi`,
    'one field folded a hundred thousand times': `Subject: a\n${' b\n'.repeat(100_000)}\nhi`,
    'ten thousand recipients': `From: <>\nContent-Type: message/delivery-status\n\n${'Final-Recipient: rfc822; a@b.example\nAction: failed\n\n'.repeat(10_000)}`,
    'a line of 4 MiB': `From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n\n${'a@'.repeat(2 * 1024 * 1024)}`,
    'line ends, 4 MiB': '\n'.repeat(4 * 1024 * 1024),
    'delimiters, 4 MiB': `Content-Type: multipart/mixed; boundary=b\n\n${'\n--'.repeat(1_400_000)}`,
  };

  test.each(Object.entries(CASES))(
    '%s',
    async (_name, mail) => {
      const startedMs = performance.now();
      await readBounce(mail);
      expect(performance.now() - startedMs).toBeLessThan(MOST_MS);
    },
    120_000,
  );
});

function nested(levels: number): string {
  let mail = '';
  for (let level = 1; level <= levels; level += 1) {
    mail += `Content-Type: multipart/mixed; boundary=n${level}\n\n--n${level}\n`;
  }
  return `${mail}\nhi\n`;
}
