/**
 * Reading where it can be ended: a thread of its own that takes one mail at a time. Takes raw messages and files, gives
 * what they are; a mail that takes too long or too much memory costs its own outcome, "unreadable", and nothing else.
 * The thread is started with the first mail that needs it, and ended when none has come for a while.
 */
import { Worker } from 'node:worker_threads';
import type { Bounce } from './index.ts';
import type { RawMessage } from './mailbox/mailbox.ts';
import { ownBytes, packed } from './reading-jobs.ts';
import type { Answer, Job } from './reading-jobs.ts';
import { readByHeader } from './river.ts';
import type { ReadMail } from './river.ts';
import type { Clock } from './shared/clock.ts';
import { EXIT, Fault } from './shared/fault.ts';
import { LIMITS } from './shared/limits.ts';
import type { Log } from './shared/log.ts';
import type { Policy } from './verdict/verdict.ts';

export interface ReadingTools {
  readonly log: Log;
  readonly clock: Clock;
  /** Called when a thread has started. */
  readonly onStart?: () => void;
}

export interface ReadingThread {
  /**
   * Reads one mail and decides; mails wait for each other. Rejects with a Fault only when no thread can be started:
   * then nothing is known about the mail, and it is to be read again.
   */
  read(raw: RawMessage, policy: Policy, nowSeconds: number): Promise<ReadMail>;
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
/** Space for new objects, in MB, of which V8 would take 48: enough for one mail at a time. */
const YOUNG_MB = 6;

/** Opens the place where mails are read; starts nothing yet. `start` makes a thread: tests bring their own. */
export function openReadingThread(tools: ReadingTools, start: () => Worker = startThread): ReadingThread {
  return new OneThread(tools, start);
}

/** What a job came to: an answer, or why there is none. */
type Ending = Answer | { readonly kind: 'lost'; readonly because: string };

class OneThread implements ReadingThread {
  readonly #tools: ReadingTools;
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  /** The policy that the thread knows. */
  #told: Policy | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #idle = new AbortController();

  constructor(tools: ReadingTools, start: () => Worker) {
    this.#tools = tools;
    this.#start = start;
  }

  async read(raw: RawMessage, policy: Policy, nowSeconds: number): Promise<ReadMail> {
    if (!raw.candidate) return readByHeader(raw);
    const { raw: own, moved } = packed(raw);
    const ending = await this.#ask({ kind: 'mail', raw: own, nowSeconds }, policy, moved);
    if (ending.kind === 'mail') return { raw, ...ending.mail };
    return { raw, reading: { kind: 'unreadable', because: this.#tell(ending, { uid: raw.uid }) }, verdicts: [] };
  }

  async readFile(source: Buffer, policy: Policy, nowSeconds: number): Promise<Bounce> {
    const own = ownBytes(source);
    const ending = await this.#ask({ kind: 'file', source: own, nowSeconds }, policy, [own.buffer as ArrayBuffer]);
    if (ending.kind === 'file') return ending.bounce;
    const because = this.#tell(ending, {});
    return { isBounce: false, kind: 'unreadable', because, originalMessageIds: [], verdicts: [] };
  }

  async close(): Promise<void> {
    this.#idle.abort();
    await this.#turn.catch(() => undefined);
    this.#idle.abort();
    await this.#end();
  }

  /** One job after the other: when a thread is ended, it is clear for which mail. */
  #ask(job: Job, policy: Policy, moved: ArrayBuffer[]): Promise<Ending> {
    const turn = this.#turn.then(() => this.#run(job, policy, moved));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run(job: Job, policy: Policy, moved: ArrayBuffer[]): Promise<Ending> {
    this.#idle.abort();
    const worker = this.#worker ?? (await this.#begin());
    const ending = this.#ending(worker, LIMITS.readingSeconds);
    if (policy !== this.#told) worker.postMessage({ kind: 'policy', policy } satisfies Job);
    this.#told = policy;
    worker.postMessage(job, moved);
    const ended = await ending;
    if (ended.kind === 'lost') await this.#end();
    else this.#endWhenIdle();
    return ended;
  }

  async #begin(): Promise<Worker> {
    const worker = this.#start();
    this.#worker = worker;
    this.#told = undefined;
    // One that dies between two mails is not asked again, and what it dies of ends nobody else.
    worker.on('error', () => undefined);
    worker.on('exit', () => (this.#worker = this.#worker === worker ? undefined : this.#worker));
    // What a library prints there may be a stranger's words.
    worker.stdout.resume();
    worker.stderr.resume();
    const first = await this.#ending(worker, START_SECONDS);
    this.#tools.onStart?.();
    if (first.kind === 'ready') return worker;
    await this.#end();
    throw new Fault(`the thread that reads mails does not start${first.kind === 'lost' ? `: ${first.because}` : ''}`, {
      code: 'NO_READING_THREAD',
      retry: 'later',
      exit: EXIT.bug,
      hint: 'see whether the machine has memory left and the installation is whole; no mail is lost meanwhile',
    });
  }

  /**
   * The thread's next word, or how it ended. Seconds are counted one by one, so that a machine that was asleep
   * meanwhile has not used them up.
   */
  async #ending(worker: Worker, seconds: number): Promise<Ending> {
    const over = new AbortController();
    const said = new Promise<Ending>(resolve => {
      once(worker, 'message', over.signal, answer => resolve(answer as Answer));
      once(worker, 'error', over.signal, error => resolve({ kind: 'lost', because: howItDied(error) }));
      once(worker, 'exit', over.signal, () => resolve({ kind: 'lost', because: 'its reading ended by itself' }));
    });
    const late = (async (): Promise<Ending> => {
      for (let second = 0; second < seconds; second += 1) await this.#tools.clock.sleep(TICK_MS, over.signal);
      return { kind: 'lost', because: `too slow: reading it took more than ${seconds} seconds` };
    })();
    try {
      return await Promise.race([said, late]);
    } finally {
      over.abort();
    }
  }

  #endWhenIdle(): void {
    this.#idle = new AbortController();
    const { signal } = this.#idle;
    void this.#tools.clock.sleep(IDLE_MS, signal).then(() => (signal.aborted ? undefined : this.#end()));
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
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

/** Listens for one event until the signal aborts. */
function once(worker: Worker, event: string, signal: AbortSignal, listener: (value: unknown) => void): void {
  worker.once(event, listener);
  signal.addEventListener('abort', () => worker.off(event, listener), { once: true });
}

function howItDied(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `too large: reading it took more than ${LIMITS.readingHeapMb} MB of memory`;
  }
  return `its reading ended with: ${typeof message === 'string' ? message : String(error)}`;
}

/** The thread gets no environment, hence no secret, and memory of its own. */
function startThread(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: LIMITS.readingHeapMb, maxYoungGenerationSizeMb: YOUNG_MB };
  const options = { name: 'reading', env: {}, resourceLimits, stdout: true, stderr: true };
  const here = import.meta.url;
  if (!here.endsWith('.ts'))
    return new Worker(new URL('./reading-thread-entry.js', here), { ...options, execArgv: [] });
  // In the source tree: a thread has to be taught TypeScript first.
  const entry = new URL('./reading-thread-entry.ts', here).href;
  const code = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(entry)}); })`;
  return new Worker(code, { ...options, eval: true });
}
