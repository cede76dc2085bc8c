/**
 * Whether prose speaks of a failure or of a delay. Takes the reporter's own words, gives an action; decides nothing
 * about a single recipient.
 */
import type { Action } from '../report.ts';
import { DELAY_SENTENCE, FAILURE_SENTENCE } from '../sentences.ts';

/** The reporter speaks of a warning: whatever else it says, delivery goes on. */
const WARNING =
  /(?:warning message only|you do not need to resend|no action is required on your part|delivery attempts will continue|(?:message|mail) will be retried|warning\W{1,3}could not send (?:mail|message) for|still undelivered after|retry for \d+ more|has not yet been delivered)/i;
const STILL_TRIED =
  /(?:will (?:be |keep |continue )?(?:retr(?:y|ied)|try)|has been delayed|delivery (?:is |has been )?delayed|not yet been delivered)/i;
const GIVEN_UP =
  /(?:failed permanently|permanent(?:ly)? (?:fail|error)|(?<!non-?)fatal error|gave up|given up|giving up|could not be delivered to|no further attempts|will not be retried)/i;
/** Failure, unless the text says that delivery is still being tried and nothing speaks of the end. */
export function actionOfText(text: string): Action {
  const isWarning = WARNING.test(text) && !/no further attempts|will not be retried|failed permanently/i.test(text);
  // Most reports are of failures, and say so in their first lines.
  if (!FAILURE_SENTENCE.test(text) && DELAY_SENTENCE.test(text)) return 'delayed';
  return isWarning || (STILL_TRIED.test(text) && !GIVEN_UP.test(text)) ? 'delayed' : 'failed';
}
