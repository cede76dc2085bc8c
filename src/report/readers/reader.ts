/**
 * What a reader is: it knows one dialect. Type only; the list of readers is in readers.ts.
 */
import type { Message } from '../../message/message.ts';
import type { BounceReport } from '../report.ts';

export interface Reader {
  /** For evidence and logs. */
  readonly name: string;
  /** The report, or undefined when the mail is not of this dialect. Never throws. */
  read(message: Message): BounceReport | undefined;
}
