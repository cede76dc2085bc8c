/**
 * Whether prose speaks of a failure or of a delay. Takes the reporter's own words, gives an action; decides nothing
 * about a single recipient.
 */
import { singleSpaced } from '../../shared/one-line.ts';
import type { Action } from '../report.ts';
import { DELAY_SENTENCE, FAILURE_SENTENCE } from '../sentences.ts';

/** The reporter speaks of a warning: whatever else it says, delivery goes on. */
const WARNING =
  /(?:warning message only|you do not need to resend|no action is required on your part|delivery attempts will continue|(?:message|mail) will be retried|warning\W{1,3}could not send (?:mail|message) for|still undelivered after|retry for \d+ more|has not yet been delivered)/i;
const STILL_TRIED =
  /(?:(?:will|'ll) (?:be |keep |continue )?(?:to )?(?:re)?tr(?:y|ied)|has been delayed|delivery (?:is |has been )?delayed|not yet be(?:en)? delivered)/i;
const GIVEN_UP =
  /(?:failed permanently|permanent(?:ly)? (?:fail|error)|(?<!non-?)fatal error|gave up|given up|giving up|could not be delivered to|no further attempts|will not be retried)/i;
/** "Not yet delivered", in other languages than English. */
const NOT_YET = new RegExp(
  [
    'noch nicht (?:zugestellt|übermittelt|ausgeliefert)|nog niet (?:\\S+ ){0,2}(?:bezorgd|afgeleverd)',
    'pas encore (?:pu )?(?:être |été )?(?:remis|délivré|distribué)|(?:todavía|aún) no (?:\\S+ ){0,3}entrega',
    'ainda não (?:\\S+ ){0,3}entreg|non (?:è stato )?ancora (?:\\S+ ){0,3}(?:recapitat|consegnat)',
    'ännu inte (?:\\S+ )?levererats|(?:endnu|ennå) ikke (?:\\S+ )?lever',
    'ещ[её] не (?:был\\S* )?доставлен|jeszcze nie (?:\\S+ )?dostarczon|(?:zatím|dosud|ještě) ne(?:\\S+ )?doručen',
    'まだ(?:配信|送信|配達|送達)|(?:尚未|还未|還未)(?:成功)?(?:投递|送达|投遞|送達)',
  ].join('|'),
  'i',
);

/** Failure, unless the text says that delivery is still being tried and nothing speaks of the end. */
export function actionOfText(text: string): Action {
  // A sentence may be wrapped anywhere.
  const said = singleSpaced(text);
  const isWarning = WARNING.test(said) && !/no further attempts|will not be retried|failed permanently/i.test(said);
  // Most reports are of failures, and say so in their first lines.
  const speaksOfDelay = !FAILURE_SENTENCE.test(said) || NOT_YET.test(said);
  if (speaksOfDelay && DELAY_SENTENCE.test(said)) return 'delayed';
  return isWarning || (STILL_TRIED.test(said) && !GIVEN_UP.test(said)) ? 'delayed' : 'failed';
}
