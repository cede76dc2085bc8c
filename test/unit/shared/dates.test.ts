import { describe, expect, test } from '@jest/globals';
import { parseDateSeconds, receivedDateSeconds } from '../../../src/shared/dates.ts';

const utc = (iso: string): number => Date.parse(iso) / 1000;

describe('parseDateSeconds', () => {
  test.each([
    ['Mon, 02 Feb 2026 03:04:05 +0100', '2026-02-02T02:04:05Z'],
    ['2 Feb 2026 03:04:05 -0330', '2026-02-02T06:34:05Z'],
    ['Mon,  2 Feb 2026 03:04 GMT', '2026-02-02T03:04:00Z'],
    ['Mon, 2 Feb 26 03:04:05 EST', '2026-02-02T08:04:05Z'],
    ['Mon, 2 Feb 99 03:04:05 PDT', '1999-02-02T10:04:05Z'],
    ['Mon, 2 Feb 126 03:04:05 UT', '2026-02-02T03:04:05Z'],
    ['Mon, 2 Feb 2026 03:04:05 +0000 (Coordinated (Universal) Time)', '2026-02-02T03:04:05Z'],
    ['Mon (day), 2 (\\) day) Feb 2026 03:04:05 +0100 (CET', '2026-02-02T02:04:05Z'],
    ['lun., 2 Feb 2026 03:04:05 +0100', '2026-02-02T02:04:05Z'],
    ['Mon, 2 February 2026 03:04:05 GMT+01:00', '2026-02-02T02:04:05Z'],
    [' 2-Feb-2026 03:04:05 +0100', '2026-02-02T02:04:05Z'],
    ['Mon, 2 Feb 2026 3:04:05 PM', '2026-02-02T15:04:05Z'],
    ['Mon, 2 Feb 2026 12:04:05 AM -0500', '2026-02-02T05:04:05Z'],
    ['Sat, 31 Dec 2016 23:59:60 +0000', '2016-12-31T23:59:59Z'],
    ['Mon Feb  2 03:04:05 2026', '2026-02-02T03:04:05Z'],
    ['Mon Feb  2 03:04:05 EDT 2026', '2026-02-02T07:04:05Z'],
    ['Mon Feb  2 03:04:05 2026 +0100', '2026-02-02T02:04:05Z'],
    ['2026-02-02T03:04:05.678Z', '2026-02-02T03:04:05Z'],
    ['2026-02-02 03:04:05+01:00', '2026-02-02T02:04:05Z'],
  ])('%s', (text, iso) => {
    expect(parseDateSeconds(text)).toBe(utc(iso));
  });

  test.each(['Mon, 2 Feb 2026 03:04:05', 'Mon, 2 Feb 2026 03:04:05 XYZ', 'Mon, 2 Feb 2026 03:04:05 +9900'])(
    'a missing or unknown zone is UTC, whatever TZ says: %s',
    text => {
      const before = process.env['TZ'];
      process.env['TZ'] = 'Pacific/Auckland';
      try {
        expect(parseDateSeconds(text)).toBe(utc('2026-02-02T03:04:05Z'));
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    },
  );

  test.each([
    '',
    'yesterday',
    '31 Feb 2026 03:04:05 +0000',
    '2 Foo 2026 03:04:05 +0000',
    '2 Feb 2026 25:04:05 +0000',
    '2 Feb 2026 03:61:05 +0000',
    '2 Feb 0000 03:04:05 +0000',
    '1 Jan 1960 03:04:05 +0000',
    '02/03/2026 03:04:05',
    '('.repeat(300),
  ])('is undefined for %j', text => {
    expect(parseDateSeconds(text)).toBeUndefined();
  });
});

test('the date of Received follows its last semicolon', () => {
  const value = 'from a.example (a; b) by b.example with ESMTP id 1; Mon, 2 Feb 2026 03:04:05 -0800 (PST)';
  expect(receivedDateSeconds(value)).toBe(utc('2026-02-02T11:04:05Z'));
  expect(receivedDateSeconds('from a.example by b.example')).toBeUndefined();
});
