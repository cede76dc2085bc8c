/**
 * Reading where it can be ended: a thread of its own. Takes raw messages and files, gives what they are; a mail that
 * takes too long or too much memory costs its own outcome, "unreadable", and nothing else. Mails that wait are sent
 * together; where that ends the thread, each is read again alone. The thread is started with the first mail that needs
 * it, and ended when none has come for a while.
 */
import type { Worker } from 'node:worker_threads';
import type { Bounce } from './index.ts';
import type { RawMessage } from './mailbox/mailbox.ts';
import { bytesOf, packed } from './reading-jobs.ts';
import type { Answer, Job, MailToRead, Word } from './reading-jobs.ts';
import { startReading } from './reading-thread-start.ts';
import { readByHeader } from './river.ts';
import type { Receiver } from './provenance/provenance.ts';
import type { ReadMail } from './river.ts';
import type { Clock } from './shared/clock.ts';
import { EXIT, Fault } from './shared/fault.ts';
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

/** How long a thread without work stays: long enough for the next of a campaign's bounces. */
const IDLE_MS = 15_000;
/** How long a thread may take to start, on a machine that is busy. */
const START_SECONDS = 60;
const TICK_MS = 1_000;
const START_TICK_MS = 2;
/**
 * Mails that are sent together, and their bytes: a message to the thread and back costs as much as a mail. More of them
 * save nothing: what ten are made into fills V8's space for new objects, and what is still in use then is moved, twice,
 * to where it is found dead much later.
 */
export const TOGETHER = 10;
const TOGETHER_BYTES = 1024 * 1024;
/** How long they may take before each is read alone: they take milliseconds. */
const TOGETHER_SECONDS = 2;

/** Opens the place where mails are read; starts nothing yet. `start` makes a thread: tests bring their own. */
export function openReadingThread(tools: ReadingTools, start: () => Worker = startReading): ReadingThread {
  return new OneThread(tools, start);
}

/** Why there is no answer. */
interface Lost {
  readonly kind: 'lost';
  readonly because: string;
}
/** What a mail came to. */
type Ending = Answer | Lost;

/** A mail on its way to the thread. */
interface Asked {
  readonly mail: MailToRead;
  readonly policy: Policy;
}

interface Waiting extends Asked {
  readonly resolve: (ending: Ending) => void;
  readonly reject: (error: unknown) => void;
}

class OneThread implements ReadingThread {
  readonly #tools: ReadingTools;
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  /** The policy that the thread knows. */
  #told: Policy | undefined;
  readonly #waiting: Waiting[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  /** Who waits for the thread's next word, how long, and how many seconds have begun since. */
  #listener: { readonly hear: (word: Word | Lost) => void; readonly seconds: number; ticks: number } | undefined;
  #idleTicks = 0;
  #isPreparing = false;
  #ended = new AbortController();

  constructor(tools: ReadingTools, start: () => Worker) {
    this.#tools = tools;
    this.#start = start;
  }

  async read(raw: RawMessage, policy: Policy, nowSeconds: number, receiver: Receiver): Promise<ReadMail> {
    if (!raw.candidate) return readByHeader(raw);
    const ending = await this.#ask({ mail: { kind: 'mail', raw, nowSeconds, receiver }, policy });
    if (ending.kind === 'mail') return { raw, ...ending.mail };
    return { raw, reading: { kind: 'unreadable', because: this.#tell(ending, { uid: raw.uid }) }, verdicts: [] };
  }

  prepare(): void {
    if (this.#worker !== undefined || this.#isPreparing) return;
    this.#isPreparing = true;
    const begun = this.#turn.then(() => this.#worker ?? this.#begin());
    this.#turn = begun.catch(() => undefined).then(() => (this.#isPreparing = false));
  }

  async readFile(source: Buffer, policy: Policy, nowSeconds: number): Promise<Bounce> {
    const ending = await this.#ask({ mail: { kind: 'file', source, nowSeconds }, policy });
    if (ending.kind === 'file') return ending.bounce;
    const because = this.#tell(ending, {});
    return { isBounce: false, kind: 'unreadable', because, originalMessageIds: [], verdicts: [] };
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#end();
  }

  /** One turn for each mail; those whose mail went along with an earlier one find nothing to do. */
  #ask(asked: Asked): Promise<Ending> {
    const ending = new Promise<Ending>((resolve, reject) => this.#waiting.push({ ...asked, resolve, reject }));
    this.#turn = this.#turn.then(() => this.#takeTurn());
    return ending;
  }

  async #takeTurn(): Promise<void> {
    const together = this.#waiting.splice(0, countTogether(this.#waiting));
    try {
      for (const [index, ending] of (await this.#readAll(together)).entries()) together[index]?.resolve(ending);
    } catch (error) {
      for (const one of together) one.reject(error);
    }
  }

  /** When a thread is ended over several mails, each of them is read alone: then it is clear for which. */
  async #readAll(mails: readonly Asked[]): Promise<readonly Ending[]> {
    const [first, ...others] = mails;
    if (first === undefined) return [];
    const said = await this.#run(mails, first.policy, others.length === 0 ? LIMITS.readingSeconds : TOGETHER_SECONDS);
    if (said.kind === 'answers') return said.answers;
    const lost: Lost = said.kind === 'lost' ? said : { kind: 'lost', because: 'its reading gave no answer' };
    if (others.length === 0) return [lost];
    const alone: Ending[] = [];
    for (const mail of mails) alone.push(...(await this.#readAll([mail])));
    return alone;
  }

  async #run(mails: readonly Asked[], policy: Policy, seconds: number): Promise<Word | Lost> {
    const worker = this.#worker ?? (await this.#begin());
    // As late as can be, and once more where they have to be sent again: the memory is the thread's from here on.
    const { job, moved } = packed(mails.map(({ mail }) => mail));
    const ending = this.#nextWord(seconds);
    if (policy !== this.#told) worker.postMessage({ kind: 'policy', policy } satisfies Job);
    this.#told = policy;
    worker.postMessage(job, [moved]);
    const ended = await ending;
    if (ended.kind === 'lost') await this.#end();
    return ended;
  }

  async #begin(): Promise<Worker> {
    const worker = this.#start();
    this.#worker = worker;
    this.#told = undefined;
    this.#ended = new AbortController();
    const hear = (word: Word | Lost): void => {
      if (this.#worker === worker) this.#hear(word);
    };
    void this.#tellOfStart(worker);
    worker.on('message', word => hear(word as Word));
    worker.on('error', error => hear({ kind: 'lost', because: howItDied(error) }));
    // One that dies between two mails is not asked again, and what it dies of ends nobody else.
    worker.on('exit', () => {
      hear({ kind: 'lost', because: 'its reading ended by itself' });
      if (this.#worker === worker) void this.#end();
    });
    // What a library prints there may be a stranger's words.
    worker.stdout.resume();
    worker.stderr.resume();
    void this.#watch(this.#ended.signal);
    const first = await this.#nextWord(START_SECONDS);
    if (first.kind === 'ready') return worker;
    await this.#end();
    throw new Fault(`the thread that reads mails does not start${first.kind === 'lost' ? `: ${first.because}` : ''}`, {
      code: 'NO_READING_THREAD',
      retry: 'later',
      exit: EXIT.bug,
      hint: 'see whether the machine has memory left and the installation is whole; no mail is lost meanwhile',
    });
  }

  /** Nobody tells when the thread's own engine has begun: so again and again until it runs, and once more. */
  async #tellOfStart(worker: Worker): Promise<void> {
    const { onStart, clock } = this.#tools;
    if (onStart === undefined) return;
    const begun = new AbortController();
    const note = (): void => begun.abort();
    worker.once('online', note).once('exit', note);
    while (!begun.signal.aborted) {
      onStart();
      await clock.sleep(START_TICK_MS, begun.signal);
    }
    onStart();
  }

  /** The thread's next word, or how it ended. */
  #nextWord(seconds: number): Promise<Word | Lost> {
    this.#idleTicks = 0;
    return new Promise(hear => (this.#listener = { hear, seconds, ticks: 0 }));
  }

  #hear(word: Word | Lost): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.hear(word);
  }

  /**
   * One clock as long as the thread lives: a timer for each job would cost more than the job's mails. Seconds are
   * counted one by one, so that a machine that was asleep meanwhile has not used them up.
   */
  async #watch(ended: AbortSignal): Promise<void> {
    for (;;) {
      await this.#tools.clock.sleep(TICK_MS, ended);
      if (ended.aborted) return;
      const listener = this.#listener;
      if (listener === undefined) this.#idleTicks += 1;
      // The first of them was over sooner: it had begun before.
      else if ((listener.ticks += 1) > listener.seconds) this.#hear(tooSlow(listener.seconds));
      if (this.#idleTicks * TICK_MS >= IDLE_MS) await this.#end();
    }
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#ended.abort();
    await worker?.terminate();
  }

  /** A mail that harms its reader is a fault of ours: an operator should hear of it. */
  #tell(ending: Ending, fields: { uid?: number }): string {
    const because = 'because' in ending ? ending.because : 'its reading gave no answer';
    const shown = ending.kind === 'failed' ? `its reader failed: ${because}` : because;
    this.#tools.log.error(`a mail could not be read: ${shown}`, { ...fields, cure: 'please report it with the mail' });
    return shown;
  }
}

/** How many of those that wait go together: at one time, under one policy, for one receiver, within the limits. */
function countTogether(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const end = waiting.findIndex((one, index) => {
    for (const piece of bytesOf(one.mail)) bytes += piece.length;
    return index > 0 && (index >= TOGETHER || bytes > TOGETHER_BYTES || !isAlike(one, waiting[0]));
  });
  return end < 0 ? waiting.length : end;
}

function isAlike(one: Asked, other: Asked | undefined): boolean {
  const isOneTime = one.mail.nowSeconds === other?.mail.nowSeconds;
  return isOneTime && one.policy === other.policy && receiverOf(one) === receiverOf(other);
}

function receiverOf({ mail }: Asked): Receiver | undefined {
  return mail.kind === 'mail' ? mail.receiver : undefined;
}

function tooSlow(seconds: number): Lost {
  return { kind: 'lost', because: `too slow: reading it took more than ${seconds} seconds` };
}

function howItDied(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `too large: reading it took more than ${LIMITS.readingHeapMb} MB of memory`;
  }
  return `its reading ended with: ${typeof message === 'string' ? message : String(error)}`;
}
