/**
 * The one error class. A Fault says what went wrong, whether trying again helps, and what the operator can do.
 * Bad mail is never a Fault: it is a value.
 */

/** When trying again makes sense: at once, after a pause, or not before a person has changed something. */
export type Retry = 'now' | 'later' | 'never';

/** Exit codes of sysexits.h, as the commands document them. */
export const EXIT = {
  ok: 0,
  usage: 64,
  dataError: 65,
  unavailable: 69,
  bug: 70,
  disk: 74,
  leaseHeld: 75,
  loginRefused: 77,
  config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface FaultFacts {
  /** Stable name in capitals, such as LOGIN_REFUSED: for logs, metrics and tests. */
  readonly code: string;
  readonly retry: Retry;
  /** One sentence: what the operator can do about it. */
  readonly hint?: string;
  readonly exit?: ExitCode;
  readonly cause?: unknown;
  /** The earliest time to try again, in milliseconds from now, where the peer said so or its kind demands it. */
  readonly waitMs?: number;
}

/** An error that was foreseen. `message` names what and where; `hint` names the cure. */
export class Fault extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly hint: string | undefined;
  readonly exit: ExitCode;
  readonly waitMs: number | undefined;

  constructor(message: string, facts: FaultFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'Fault';
    this.code = facts.code;
    this.retry = facts.retry;
    this.hint = facts.hint;
    this.exit = facts.exit ?? EXIT.unavailable;
    this.waitMs = facts.waitMs;
  }
}

/** Any thrown value as a Fault; what was not foreseen counts as worth another try later. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Fault(message, { code: 'UNEXPECTED', retry: 'later', exit: EXIT.bug, cause: error });
}
