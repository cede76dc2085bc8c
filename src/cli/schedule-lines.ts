/**
 * The courier's retry schedule as a table: when which wait holds. Takes the schedule, gives lines. Pure.
 */
import { RETRY_SCHEDULE } from '../callback/callback.ts';
import { columns } from './table.ts';

/**
 * One row for each way a request can fail.
 * @param room characters that a line may have
 */
export function scheduleLines(room?: number): string[] {
  const rows = Object.values(RETRY_SCHEDULE).map(({ baseMs, capMs, jitter, when }) => {
    const wait = baseMs === capMs ? inWords(baseMs) : `${inWords(baseMs)}, doubling up to ${inWords(capMs)}`;
    return [wait, jitter === 'full' ? 'a random part of it' : 'all of it', when];
  });
  return ['tries again, and never gives up by itself:', columns([['wait', 'which part of it', 'when'], ...rows], room)];
}

function inWords(ms: number): string {
  if (ms < 60_000) return `${ms / 1_000} s`;
  return ms < 120 * 60_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}
