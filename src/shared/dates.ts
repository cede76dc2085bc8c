/**
 * Dates as mails write them: RFC 5322 with its obsolete forms, C's asctime, and ISO 8601. Takes text, gives epoch
 * seconds. Never looks at a clock or at the machine's time zone: a missing or unknown zone is UTC.
 */

import { singleSpaced } from './one-line.ts';

/** No date needs more; a longer text is cut, not searched. */
const DATE_CHARS = 256;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

// RFC 5322 4.3, in hours. Military letters carry no meaning there ("-0000"), so they are UTC like any unknown name.
const ZONE_HOURS = new Map([
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
]);

// "Mon, 2 Feb 2026 03:04:05 +0100", "2-Feb-26 3:04 EST"; the weekday may be in any language (it is not looked at).
const MAIL_DATE =
  /^(?:[^\d,]{1,20},? ?)?(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]{0,6}\.?,?[ -](\d{2,4}),? (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(.*)$/;
// "Mon Feb  2 03:04:05 2026", "Mon Feb 2 03:04:05 CET 2026" (asctime and date(1)).
const ASCTIME =
  /^(?:[A-Za-z]{3,9},? )?([A-Za-z]{3})[A-Za-z]{0,6} (\d{1,2}),? (\d{1,2}):(\d{2})(?::(\d{2}))? (?:([A-Za-z+-][A-Za-z\d:+-]{0,9}) )?(\d{4})(.*)$/;
// "2026-02-03T04:05:06.789Z"
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(.*))?$/;

/**
 * Epoch seconds of a date, such as the value of Date, Last-Attempt-Date, or what follows the last ";" of Received.
 * @returns undefined where the text is no date, names a day that does not exist, or lies before 1970
 */
export function parseDateSeconds(text: string): number | undefined {
  if (text === '') return undefined;
  const plain = withoutComments(text.slice(0, DATE_CHARS)).trim();
  const bare = /[^!-~ ]| {2}/.test(plain) ? singleSpaced(plain) : plain;
  const mail = MAIL_DATE.exec(bare);
  if (mail) return seconds(year(mail[3]), month(mail[2]), mail[1], [mail[4], mail[5], mail[6]], mail[7]);
  const asctime = ASCTIME.exec(bare);
  if (asctime) {
    const zone = asctime[6] ?? asctime[8];
    return seconds(Number(asctime[7]), month(asctime[1]), asctime[2], [asctime[3], asctime[4], asctime[5]], zone);
  }
  const iso = ISO_DATE.exec(bare);
  if (iso) return seconds(Number(iso[1]), Number(iso[2]) - 1, iso[3], [iso[4], iso[5], iso[6]], iso[7]);
  return undefined;
}

/** The date of a Received field: what follows its last ";" outside of comments (RFC 5322 3.6.7). */
export function receivedDateSeconds(value: string): number | undefined {
  const semicolon = value.lastIndexOf(';');
  return semicolon < 0 ? undefined : parseDateSeconds(value.slice(semicolon + 1));
}

type Digits = string | undefined;

function seconds(
  fullYear: number,
  monthIndex: number,
  dayDigits: Digits,
  time: readonly Digits[],
  rest: string | undefined,
): number | undefined {
  const tail = (rest ?? '').replace(/^[.,]\d{1,9}/, '').trim();
  const day = Number(dayDigits);
  const hour = onTheDayClock(Number(time[0] ?? 0), tail);
  const minute = Number(time[1] ?? 0);
  // A leap second (RFC 5322 3.3 allows 60) is the second before midnight to every clock that counts epoch seconds.
  const second = Math.min(Number(time[2] ?? 0), 59);
  if (monthIndex < 0 || monthIndex > 11 || hour > 23 || minute > 59 || Number(time[2] ?? 0) > 60) return undefined;
  const midnight = new Date(Date.UTC(fullYear, monthIndex, day));
  // Date.UTC rolls 31 February over into March; such a date was never meant. It also reads the years 0-99 as 19xx.
  if (midnight.getUTCDate() !== day || midnight.getUTCFullYear() !== fullYear) return undefined;
  const local = midnight.getTime() / 1000 + hour * 3600 + minute * 60 + second;
  const utc = local - zoneSeconds(tail);
  return utc < 0 ? undefined : utc;
}

function onTheDayClock(hour: number, tail: string): number {
  const half = /^([AP])\.?M\b/i.exec(tail)?.[1]?.toUpperCase();
  if (half === undefined || hour > 12) return hour;
  return (hour % 12) + (half === 'P' ? 12 : 0);
}

/** Offset east of UTC. Beyond 14 hours there is no such place: then the writer's clock is taken as UTC. */
function zoneSeconds(tail: string): number {
  const words = tail.replace(/^[AP]\.?M\b\.?/i, '').trim();
  const offset = /^(?:GMT|UTC|UT)? ?([+-])(\d{2}):?(\d{2})(?!\d)/i.exec(words);
  if (!offset) return (ZONE_HOURS.get(/^[A-Za-z]{1,5}/.exec(words)?.[0].toUpperCase() ?? '') ?? 0) * 3600;
  const size = Number(offset[2]) * 3600 + Number(offset[3]) * 60;
  if (size > 14 * 3600) return 0;
  return offset[1] === '-' ? -size : size;
}

function month(name: string | undefined): number {
  return MONTHS.indexOf((name ?? '').toLowerCase());
}

/** RFC 5322 4.3: two digits up to 49 are 20xx, above that and with three digits 19xx. */
function year(digits: Digits): number {
  const count = Number(digits);
  if (digits?.length === 2) return count + (count < 50 ? 2000 : 1900);
  return digits?.length === 3 ? count + 1900 : count;
}

/** Comments may nest and quote (RFC 5322 3.2.2); one that never closes swallows the rest. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  const start = text.includes('\\') ? 0 : text.indexOf('(');
  let kept = text.slice(0, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(depth - 1, 0);
    else if (depth === 0) kept += char ?? '';
    if (char === ')' && depth === 0) kept += ' ';
  }
  return kept;
}
