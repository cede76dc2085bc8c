/**
 * The breaker's rule: too many hard events within an hour. Takes times, gives yes or no. Pure; knows no database.
 */

/** The hour, in seconds. */
export const BREAKER_WINDOW_SECONDS = 3_600;

/**
 * True when more than `limit` of these times lie within one hour, wherever that hour begins. The times are those at
 * which the mails arrived, by the mailbox's own clock: so neither the first run over a week of mail nor a weekend that
 * is caught up with looks like a flood, and what a report says of itself changes nothing.
 * @param times epoch seconds, in any order
 * @param limit events an hour; 0: even one is too many
 */
export function isFlood(times: readonly number[], limit: number): boolean {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted.some((time, index) => {
    const first = sorted[index - limit];
    return first !== undefined && time - first < BREAKER_WINDOW_SECONDS;
  });
}
