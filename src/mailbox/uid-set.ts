/**
 * UIDs as they stand in a command (RFC 3501 9, sequence-set). Takes numbers, gives text.
 */

/** "1:3,7" of ascending UIDs. */
export function uidSet(uids: readonly number[]): string {
  const parts: { from: number; to: number }[] = [];
  for (const uid of uids) {
    const last = parts.at(-1);
    if (last !== undefined && last.to + 1 === uid) last.to = uid;
    else parts.push({ from: uid, to: uid });
  }
  return parts.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join(',');
}
