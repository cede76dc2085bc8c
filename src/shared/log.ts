/**
 * What a logger looks like. Type only: winston is in runtime/log.ts, tests bring their own.
 */

/** Flat facts beside the sentence: one event is one line. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** error: a person must act; warn: something went wrong and is retried; info: what happened; debug: every step. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** The same log with these fields on every line. */
  with(fields: LogFields): Log;
}
