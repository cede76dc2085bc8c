/**
 * Reading where it can be ended: a thread of its own. Takes raw messages and files, gives what they are; a mail that
 * takes too long or too much memory costs its own outcome, "unreadable", and nothing else. Mails that wait are sent
 * together, the next ones while these are being read; where that ends the thread, each is read again alone. The thread
 * is started with the first mail that needs it, and ended when none has come for a while.
 */
import type { Worker } from 'node:worker_threads';
import type { Bounce } from './index.ts';
import type { RawMessage } from './mailbox/mailbox.ts';
import { bytesOf, packed } from './reading-jobs.ts';
import type { Answer, MailToRead } from './reading-jobs.ts';
import { startReading } from './reading-thread-start.ts';
import { ReadingWorker } from './reading-worker.ts';
import type { Lost } from './reading-worker.ts';
import { readByHeader } from './river.ts';
import type { Receiver } from './provenance/provenance.ts';
import type { ReadMail } from './river.ts';
import type { Clock } from './shared/clock.ts';
import { LIMITS } from './shared/limits.ts';
import type { Log } from './shared/log.ts';
import type { Policy } from './verdict/verdict.ts';

export interface ReadingTools {
  readonly log: Log;
  readonly clock: Clock;
  /** Called again and again while a thread starts. */
  readonly onStart?: () => void;
}

export interface ReadingThread {
  /**
   * Reads one mail and decides; mails wait for each other, so ask for many at once. Rejects with a Fault only when no
   * thread can be started: then nothing is known about the mail, and it is to be read again.
   */
  read(raw: RawMessage, policy: Policy, nowSeconds: number, receiver: Receiver): Promise<ReadMail>;
  /** A mail comes soon: starts the thread where none runs. Never rejects: where it does not start, `read` says so. */
  prepare(): void;
  /** The same for the bytes of an .eml, as `readBounce` reads it. */
  readFile(source: Buffer, policy: Policy, nowSeconds: number): Promise<Bounce>;
  /** Ends the thread; a later mail would start another. */
  close(): Promise<void>;
}

/**
 * Mails that are sent together, and their bytes: a message to the thread and back costs as much as a mail. More of them
 * save nothing: what ten are made into fills V8's space for new objects, and what is still in use then is moved, twice,
 * to where it is found dead much later.
 */
export const TOGETHER = 10;
const TOGETHER_BYTES = 1024 * 1024;
/**
 * Jobs that the thread has at a time, as many mails as a chunk has: while we are busy, as with recording the chunk
 * before it, the thread goes on with the next. What it has is held twice: so many bytes of it and no more, beside the
 * job that reaches them. A chunk's reports are about half of that.
 */
const SENT_AT_ONCE = 20;
const SENT_BYTES = 2 * TOGETHER_BYTES;
/** How long they may take before each is read alone: they take milliseconds. */
const TOGETHER_SECONDS = 2;

/** Opens the place where mails are read; starts nothing yet. `start` makes a thread: tests bring their own. */
export function openReadingThread(tools: ReadingTools, start: () => Worker = startReading): ReadingThread {
  return new OneThread(tools, start);
}

/** What a mail came to, or why there is no answer. */
type Ending = Answer | Lost;

/** A mail on its way to the thread and back. One promise each and no more: a backlog has thousands. */
interface Asked {
  readonly mail: MailToRead;
  readonly policy: Policy;
  readonly settle: (ending: Ending) => void;
  readonly reject: (error: unknown) => void;
  /** A thread was ended over it and others: now each is read alone, so that it is clear for which. */
  alone: boolean;
}

/** Mails that the thread has got together. */
interface Sent {
  readonly mails: readonly Asked[];
  readonly bytes: number;
}

class OneThread implements ReadingThread {
  readonly #tools: ReadingTools;
  readonly #start: () => Worker;
  #worker: ReadingWorker | undefined;
  #beginning: Promise<void> | undefined;
  /** The policy that the thread knows. */
  #told: Policy | undefined;
  readonly #waiting: Asked[] = [];
  /** What the thread has, in the order in which it reads and answers. */
  readonly #sent: Sent[] = [];
  #sentBytes = 0;
  /** Who waits until all that was asked is answered. */
  readonly #untilDone: (() => void)[] = [];

  constructor(tools: ReadingTools, start: () => Worker) {
    this.#tools = tools;
    this.#start = start;
  }

  read(raw: RawMessage, policy: Policy, nowSeconds: number, receiver: Receiver): Promise<ReadMail> {
    if (!raw.candidate) return Promise.resolve(readByHeader(raw));
    return new Promise((resolve, reject) => {
      const settle = (ending: Ending): void => resolve(this.#mailOf(raw, ending));
      this.#ask({ mail: { kind: 'mail', raw, nowSeconds, receiver }, policy, settle, reject, alone: false });
    });
  }

  prepare(): void {
    if (this.#worker === undefined) this.#begin().catch(() => undefined);
  }

  readFile(source: Buffer, policy: Policy, nowSeconds: number): Promise<Bounce> {
    return new Promise((resolve, reject) => {
      const settle = (ending: Ending): void => resolve(this.#bounceOf(ending));
      this.#ask({ mail: { kind: 'file', source, nowSeconds }, policy, settle, reject, alone: false });
    });
  }

  async close(): Promise<void> {
    if (this.#waiting.length + this.#sent.length > 0) await new Promise<void>(done => this.#untilDone.push(done));
    await this.#beginning?.catch(() => undefined);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.end();
  }

  #ask(asked: Asked): void {
    this.#waiting.push(asked);
    // What is asked for in one go waits together.
    if (this.#waiting.length === 1) queueMicrotask(() => void this.#send());
  }

  /** Gives the thread what it may have at a time. Where none can be started, nothing is known about what waits. */
  async #send(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#hasRoom()) {
        if (this.#worker === undefined) await this.#begin();
        else this.#post(this.#worker);
      }
    } catch (error) {
      for (const one of this.#waiting.splice(0)) one.reject(error);
    }
    if (this.#waiting.length + this.#sent.length === 0) for (const done of this.#untilDone.splice(0)) done();
  }

  #post(worker: ReadingWorker): void {
    const together = this.#waiting.splice(0, countTogether(this.#waiting));
    const [first] = together;
    if (first === undefined) return;
    // As late as can be, and once more where they have to be sent again: the memory is the thread's from here on.
    const { job, moved } = packed(together.map(({ mail }) => mail));
    // Once it is the thread's, it has none here.
    const bytes = moved.byteLength;
    if (first.policy !== this.#told) worker.post({ kind: 'policy', policy: first.policy });
    this.#told = first.policy;
    worker.post(job, [moved]);
    this.#sent.push({ mails: together, bytes });
    this.#sentBytes += bytes;
    if (this.#sent.length === 1) this.#expect();
  }

  #hasRoom(): boolean {
    return this.#sent.length === 0 || (this.#sent.length < SENT_AT_ONCE && this.#sentBytes < SENT_BYTES);
  }

  /** The answer that comes next has its own time: from now on, for the one before it is there. */
  #expect(): void {
    const [head] = this.#sent;
    if (head === undefined) this.#worker?.expect(undefined);
    else this.#worker?.expect(head.mails.length > 1 ? TOGETHER_SECONDS : LIMITS.readingSeconds);
  }

  #begin(): Promise<void> {
    const begin = async (): Promise<void> => {
      try {
        this.#worker = await ReadingWorker.start(this.#tools, this.#start, {
          answered: answers => this.#answered(answers),
          gone: lost => this.#gone(lost),
        });
        this.#told = undefined;
      } finally {
        this.#beginning = undefined;
      }
    };
    this.#beginning ??= begin();
    return this.#beginning;
  }

  #answered(answers: readonly Answer[]): void {
    const { mails, bytes } = this.#sent.shift() ?? { mails: [], bytes: 0 };
    this.#sentBytes -= bytes;
    this.#expect();
    for (const [index, one] of mails.entries()) one.settle(answers[index] ?? NO_ANSWER);
    void this.#send();
  }

  /** Over what it read is not known where that were several; what was behind them is none of it. */
  #gone(lost: Lost | undefined): void {
    this.#worker = undefined;
    const [head = [], ...behind] = this.#sent.splice(0).map(({ mails }) => mails);
    this.#sentBytes = 0;
    const [one] = head;
    if (head.length === 1) one?.settle(lost ?? NO_ANSWER);
    else for (const mail of head) mail.alone = true;
    this.#waiting.unshift(...(head.length === 1 ? [] : head), ...behind.flat());
    void this.#send();
  }

  #mailOf(raw: RawMessage, ending: Ending): ReadMail {
    if (ending.kind === 'mail') return { raw, ...ending.mail };
    return { raw, reading: { kind: 'unreadable', because: this.#tell(ending, { uid: raw.uid }) }, verdicts: [] };
  }

  #bounceOf(ending: Ending): Bounce {
    if (ending.kind === 'file') return ending.bounce;
    const because = this.#tell(ending, {});
    return { isBounce: false, kind: 'unreadable', because, originalMessageIds: [], verdicts: [] };
  }

  /** A mail that harms its reader is a fault of ours: an operator should hear of it. */
  #tell(ending: Ending, fields: { uid?: number }): string {
    const because = 'because' in ending ? ending.because : NO_ANSWER.because;
    const shown = ending.kind === 'failed' ? `its reader failed: ${because}` : because;
    this.#tools.log.error(`a mail could not be read: ${shown}`, { ...fields, cure: 'please report it with the mail' });
    return shown;
  }
}

const NO_ANSWER: Lost = { kind: 'lost', because: 'its reading gave no answer' };

/** How many of those that wait go together: at one time, under one policy, for one receiver, within the limits. */
function countTogether(waiting: readonly Asked[]): number {
  let bytes = 0;
  const end = waiting.findIndex((one, index) => {
    for (const piece of bytesOf(one.mail)) bytes += piece.length;
    return index > 0 && (index >= TOGETHER || bytes > TOGETHER_BYTES || !isAlike(one, waiting[0]));
  });
  return end < 0 ? waiting.length : end;
}

function isAlike(one: Asked, other: Asked | undefined): boolean {
  if (other === undefined || one.alone || other.alone) return false;
  const isOneTime = one.mail.nowSeconds === other.mail.nowSeconds;
  return isOneTime && one.policy === other.policy && receiverOf(one) === receiverOf(other);
}

function receiverOf({ mail }: Asked): Receiver | undefined {
  return mail.kind === 'mail' ? mail.receiver : undefined;
}
