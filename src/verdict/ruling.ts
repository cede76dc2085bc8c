/**
 * A verdict as it goes down the river: what the stations behind ask of it, and the whole as the text that is kept.
 * Takes a Verdict, gives a Ruling and back. A chunk of them is held until it is recorded: as bytes, which V8 does not
 * move about with each collection.
 */
import type { Unfinished } from '../shared/unfinished.ts';
import type { Verdict } from './verdict.ts';

/** What provenance, the outbox, the log and the metrics ask of a verdict. */
type Gist = Pick<
  Verdict,
  'recipient' | 'names' | 'verdict' | 'reason' | 'about' | 'status' | 'replyCode' | 'bouncedAtSeconds'
>;

/** The gist of a verdict with the whole as JSON, in UTF-8. */
export interface Shortened extends Gist {
  readonly whole: Uint8Array;
}

export type Ruling = Verdict | Shortened;

export function shortened(ruling: Ruling): Ruling {
  if ('whole' in ruling) return ruling;
  const { recipient, names, verdict, reason, about, status, replyCode, bouncedAtSeconds } = ruling;
  const whole = Buffer.from(JSON.stringify(ruling));
  const gist: Unfinished<Shortened> = {
    recipient,
    names,
    verdict,
    reason,
    about,
    bouncedAtSeconds,
    whole,
  };
  if (status !== undefined) gist.status = status;
  if (replyCode !== undefined) gist.replyCode = replyCode;
  return gist;
}

export function wholeVerdict(ruling: Ruling): Verdict {
  return 'whole' in ruling ? (JSON.parse(new TextDecoder().decode(ruling.whole)) as Verdict) : ruling;
}
