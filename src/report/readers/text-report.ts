/**
 * A report from blocks of text: what all dialects without a machine-readable part have in common at their end.
 * Takes the message and the blocks, gives a BounceReport or nothing.
 */
import type { Message } from '../../message/message.ts';
import { evidence, plausible, toRecipient } from '../recipient.ts';
import type { Action, BounceReport } from '../report.ts';
import type { Block } from './blocks.ts';
import { toReport } from './rfc3464.ts';

const STILL_TRIED =
  /(?:will (?:be |keep |continue )?(?:retr(?:y|ied)|try)|warning message only|you do not need to resend|has been delayed|delivery (?:is |has been )?delayed|delivery attempts will continue|not yet been delivered|retry for \d+ more)/i;
const GIVEN_UP =
  /(?:failed permanently|permanent(?:ly)? (?:fail|error)|fatal error|gave up|given up|giving up|could not be delivered to|no further attempts|will not be retried)/i;

/** Failure, unless the text says that delivery is still being tried and nothing speaks of the end. */
export function actionOfText(text: string): Action {
  return STILL_TRIED.test(text) && !GIVEN_UP.test(text) ? 'delayed' : 'failed';
}

export function textReport(
  message: Message,
  reader: string,
  blocks: readonly Block[],
  text: string,
): BounceReport | undefined {
  const action = actionOfText(`${message.subject}\n${text}`);
  const recipients = blocks.map(block =>
    toRecipient({
      finalRecipient: block.address,
      action,
      diagnostic: block.words === '' ? undefined : block.words,
      prose: text.slice(0, 4000),
      evidence: [evidence('text', `${block.line} ${block.words}`, `${reader}: address and the words behind it`)],
    }),
  );
  const kept = plausible(message, recipients);
  return kept.length === 0 ? undefined : toReport(message, new Map(), kept, reader);
}
