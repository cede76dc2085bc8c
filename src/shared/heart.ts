/**
 * What a loop tells of itself while it works. Type only: the one who listens lives at the top (src/pulse.ts).
 */

export interface Heart {
  /** It turned; it may be silent for `pauseMs` now, besides what any turn may take. */
  beat(pauseMs?: number): void;
  /** So many mails are known to wait and are not read yet; 0 when none is. Fewer than before counts as progress. */
  behind(count: number): void;
}
