/**
 * A verdict as it goes down the river: what the stations behind ask of it, and the whole as the text that is kept.
 * Takes a Verdict, gives a Ruling and back. A chunk of them is held until it is recorded, and a text is one object.
 */
import type { Verdict } from './verdict.ts';

/** What provenance, the outbox, the log and the metrics ask of a verdict. */
type Gist = Pick<
  Verdict,
  'recipient' | 'names' | 'verdict' | 'reason' | 'about' | 'status' | 'replyCode' | 'bouncedAtSeconds'
>;

/** A verdict, or the gist of one with the whole as JSON. */
export type Ruling = Verdict | (Gist & { readonly whole: string });

export function shortened(ruling: Ruling): Ruling {
  if ('whole' in ruling) return ruling;
  const { recipient, names, verdict: outcome, reason, about, status, replyCode, bouncedAtSeconds } = ruling;
  return {
    ...{ recipient, names, verdict: outcome, reason, about, bouncedAtSeconds, whole: JSON.stringify(ruling) },
    ...(status === undefined ? {} : { status }),
    ...(replyCode === undefined ? {} : { replyCode }),
  };
}

export function wholeVerdict(ruling: Ruling): Verdict {
  return 'whole' in ruling ? (JSON.parse(ruling.whole) as Verdict) : ruling;
}
