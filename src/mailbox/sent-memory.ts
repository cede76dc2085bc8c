/**
 * What look-ups in Sent have found, remembered for a while: the same report is read again after a failure, and held
 * events are looked up in rounds. Takes ids and times, gives mails. Never grows past its limit.
 */
import type { SentMail } from './mailbox.ts';

/** Ids remembered: a chunk of nothing but reports asks for up to 8000. */
export const MOST_IDS = 10_000;
/** A sent mail does not change; it may be deleted, which does not undo that it was sent. */
const FOUND_MS = 3_600_000;
/** A mail can come into Sent a little after its bounce. */
const ABSENT_MS = 30_000;

interface Memory {
  readonly mail: SentMail | undefined;
  readonly untilMs: number;
}

export class SentMemory {
  readonly #byId = new Map<string, Memory>();

  /** The mail, or "absent" where a look-up a moment ago found none; undefined where the server must be asked. */
  recall(id: string, nowMs: number): SentMail | 'absent' | undefined {
    const memory = this.#byId.get(id);
    if (memory === undefined) return undefined;
    this.#byId.delete(id);
    // Kept for longer than anything is: the clock was wrong then, or is now.
    if (memory.untilMs <= nowMs || memory.untilMs - nowMs > FOUND_MS) return undefined;
    // Last asked for, last forgotten.
    this.#byId.set(id, memory);
    return memory.mail ?? 'absent';
  }

  /** What a look-up gave for this id: a mail, or nothing. */
  keep(id: string, mail: SentMail | undefined, nowMs: number): void {
    this.#byId.delete(id);
    this.#byId.set(id, { mail, untilMs: nowMs + (mail === undefined ? ABSENT_MS : FOUND_MS) });
    if (this.#byId.size <= MOST_IDS) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#byId.delete(oldest);
  }

  get size(): number {
    return this.#byId.size;
  }
}
