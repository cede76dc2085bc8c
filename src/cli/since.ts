/**
 * A time of the command line, such as that of --since: how long ago, or a date. Takes its text and the time, gives
 * epoch seconds.
 */
import { usage } from './options.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/**
 * The time that --since names: how long ago, or a date with or without the time of day, in UTC.
 * @throws Fault exit 64
 */
export function sinceSeconds(command: string, text: string, nowSeconds: number): number {
  const ago = /^(\d{1,6})([mhd])$/.exec(text.trim());
  if (ago !== null) return nowSeconds - Number(ago[1]) * (UNIT_SECONDS[ago[2] ?? ''] ?? 0);
  const date = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text.trim());
  const iso = `${date?.[1] ?? ''}T${date?.[2] ?? '00:00'}Z`;
  const seconds = Math.floor(Date.parse(iso) / 1000);
  // Date.parse takes the 31st of each month.
  const isReal = new Date(seconds * 1000 || 0).toISOString().startsWith(date?.[1] ?? '-');
  if (date !== null && isReal && seconds <= nowSeconds) return seconds;
  const words = 'a time that is past, such as 2h, 3d, 2026-11-23 or 2026-11-23T20:55 (UTC)';
  throw usage(command, `--since expects ${words}, not "${text}"`);
}
