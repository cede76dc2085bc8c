/**
 * What others ask of verdicts without reaching one: the reasons, and the policy that holds where nothing
 * verdict as it is passed on. Takes and gives what the door does. Loads none of the wordings.
 */
import type { Policy } from './verdict.ts';

export { REASONS } from './reasons.ts';

export const DEFAULT_POLICY: Policy = { name: 'clevertap', overrides: {} };
