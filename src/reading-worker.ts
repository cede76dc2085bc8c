/**
 * One life of the reading thread: started, listened to, given a time for its next word, ended. Takes what makes a
 * thread and who listens; knows nothing of mails.
 */
import type { Worker } from 'node:worker_threads';
import type { Answer, Job, Word } from './reading-jobs.ts';
import type { ReadingTools } from './reading-thread.ts';
import { EXIT, Fault } from './shared/fault.ts';
import { LIMITS } from './shared/limits.ts';

/** How it ended, with all that it had not answered. */
export interface Lost {
  readonly kind: 'lost';
  readonly because: string;
}

/** Who is told of what becomes of it. */
export interface Listener {
  answered(answers: readonly Answer[]): void;
  /** It is gone; undefined where nobody had needed it for a while. */
  gone(lost: Lost | undefined): void;
}

/** How long a thread without work stays: long enough for the next of a campaign's bounces. */
const IDLE_MS = 15_000;
/** How long a thread may take to start, on a machine that is busy. */
const START_SECONDS = 60;
const TICK_MS = 1_000;
const START_TICK_MS = 2;

export class ReadingWorker {
  readonly #worker: Worker;
  readonly #tools: ReadingTools;
  readonly #listener: Listener;
  /** What waits for its first word. */
  #started: ((first: Word | Lost) => void) | undefined;
  /** How many seconds its next word may take, and how many have begun since the last. */
  #limit: { readonly seconds: number; ticks: number } | undefined;
  #idleTicks = 0;
  readonly #ended = new AbortController();

  private constructor(worker: Worker, tools: ReadingTools, listener: Listener) {
    this.#worker = worker;
    this.#tools = tools;
    this.#listener = listener;
    worker.on('message', word => this.#hear(word as Word));
    worker.on('error', error => this.#lose(howItDied(error)));
    worker.on('exit', () => this.#lose('its reading ended by itself'));
    // What a library prints there may be a stranger's words.
    worker.stdout.resume();
    worker.stderr.resume();
  }

  /** Rejects with a Fault where it does not start. */
  static async start(tools: ReadingTools, start: () => Worker, listener: Listener): Promise<ReadingWorker> {
    const one = new ReadingWorker(start(), tools, listener);
    void one.#tellOfStart();
    void one.#watch();
    const first = await new Promise<Word | Lost>(hear => {
      one.#started = hear;
      one.expect(START_SECONDS);
    });
    if (first.kind === 'ready') return one;
    await one.end();
    throw new Fault(`the thread that reads mails does not start${first.kind === 'lost' ? `: ${first.because}` : ''}`, {
      code: 'NO_READING_THREAD',
      retry: 'later',
      exit: EXIT.bug,
      hint: 'see whether the machine has memory left and the installation is whole; no mail is lost meanwhile',
    });
  }

  post(job: Job, moved: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(job, moved);
  }

  /**
   * It is given so long for its next word, from now on.
   * @param seconds undefined: it has nothing to say
   */
  expect(seconds: number | undefined): void {
    this.#limit = seconds === undefined ? undefined : { seconds, ticks: 0 };
    this.#idleTicks = 0;
  }

  /** Ends it at any moment; nobody is told. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#worker.terminate();
  }

  #hear(word: Word): void {
    if (this.#ended.signal.aborted) return;
    const started = this.#started;
    this.#started = undefined;
    if (started !== undefined) {
      this.expect(undefined);
      started(word);
    } else if (word.kind === 'answers') this.#listener.answered(word.answers);
  }

  /** One that dies between two mails is not asked again, and what it dies of ends nobody else. */
  #lose(because: string): void {
    if (this.#ended.signal.aborted) return;
    const lost: Lost = { kind: 'lost', because };
    if (this.#started === undefined) void this.end().then(() => this.#listener.gone(lost));
    else this.#started(lost);
    this.#started = undefined;
  }

  /**
   * One clock as long as it lives: a timer for each job would cost more than the job's mails. Seconds are counted one
   * by one, so that a machine that was asleep meanwhile has not used them up.
   */
  async #watch(): Promise<void> {
    const { signal } = this.#ended;
    for (;;) {
      await this.#tools.clock.sleep(TICK_MS, signal);
      if (signal.aborted) return;
      const limit = this.#limit;
      if (limit === undefined) this.#idleTicks += 1;
      // The first of them was over sooner: it had begun before.
      else if ((limit.ticks += 1) > limit.seconds)
        this.#lose(`too slow: reading it took more than ${limit.seconds} seconds`);
      if (this.#idleTicks * TICK_MS < IDLE_MS) continue;
      const over = this.end();
      this.#listener.gone(undefined);
      await over;
    }
  }

  /** Nobody tells when the thread's own engine has begun: so again and again until it runs, and once more. */
  async #tellOfStart(): Promise<void> {
    const { onStart, clock } = this.#tools;
    if (onStart === undefined) return;
    const begun = new AbortController();
    const note = (): void => begun.abort();
    this.#worker.once('online', note).once('exit', note);
    while (!begun.signal.aborted) {
      onStart();
      await clock.sleep(START_TICK_MS, begun.signal);
    }
    onStart();
  }
}

function howItDied(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return `too large: reading it took more than ${LIMITS.readingHeapMb} MB of memory`;
  }
  return `its reading ended with: ${typeof message === 'string' ? message : String(error)}`;
}
