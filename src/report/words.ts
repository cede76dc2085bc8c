/**
 * What others ask of the report without reading one: which mails are candidates, which of their parts are wanted,
 * what a reading is. Takes and gives what the door does. Loads none of the readers.
 */
import type { BounceReport, Reading } from './report.ts';

export { CANDIDATE_FIELDS, isCandidate } from './signs.ts';
export { wantedParts } from './wanted-parts.ts';

/** True when the reading is a report of a bounce, a delay or a success. */
export function isReport(reading: Reading): reading is BounceReport {
  return 'recipients' in reading;
}
