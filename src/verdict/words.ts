/**
 * What others ask of verdicts without reaching one: the reasons, the policy that holds where nothing is said, and a
 * verdict as it is passed on. Takes and gives what the door does. Loads none of the wordings.
 */
import type { Policy } from './verdict.ts';

export { REASONS } from './reasons.ts';
export { shortened, wholeVerdict } from './ruling.ts';

export const DEFAULT_POLICY: Policy = { name: 'clevertap', overrides: {} };
