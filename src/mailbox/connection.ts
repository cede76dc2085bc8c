/**
 * One IMAP connection and the few read-only commands we use: the only place that knows imapflow. Takes settings,
 * gives a logged-in session; a broken one is thrown away and a new one made. Never SELECTs, never STOREs.
 */
import type { FetchQueryObject, ImapFlow, SearchObject } from 'imapflow';
import type { Clock } from '../shared/clock.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { Gate } from '../shared/gate.ts';
import type { Heart } from '../shared/heart.ts';
import type { Log } from '../shared/log.ts';
import type { Meter } from '../shared/meter.ts';
import { withAuth } from './auth.ts';
import { clientOptions } from './client-options.ts';
import { compressOnLongLine } from './compression.ts';
import { sendFetchesEarly } from './early-fetches.ts';
import type { Fetched } from './fetch-row.ts';
import { Fetches } from './fetches.ts';
import type { Taker } from './fetches.ts';
import { connectionFault } from './login-fault.ts';
import type { MailboxSettings } from './mailbox.ts';
import { readLines } from './own-lines.ts';
import { uidSet } from './uid-set.ts';

export interface Tools {
  readonly log: Log;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Beats with each command that has ended, and tells of mails that wait. */
  readonly heart?: Heart;
  /** Counts what comes over the wire. */
  readonly meter?: Meter;
  /** Lets some log in at a time. */
  readonly logins?: Gate;
  /** False: never more than one FETCH at a time. */
  readonly pipelines?: boolean;
}

export interface Folder {
  readonly path: string;
  readonly specialUse?: string;
}

/** What EXAMINE told. */
export interface Opened {
  readonly path: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly exists: number;
}

/** What imapflow is told when a connection is made. */
export type ClientOptions = ConstructorParameters<typeof ImapFlow>[0];

/** Parts of a FETCH, as imapflow takes them. */
export type Query = FetchQueryObject;

const COMMAND_LIMIT_MS = 10 * 60_000;
export class Connection {
  readonly #client: ImapFlow;
  readonly #settings: MailboxSettings;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #heart: Heart | undefined;
  readonly #meter: Meter | undefined;
  #broken: unknown;
  #closed = false;
  /** True when the server has announced mail since the folder was opened last. */
  #news = false;
  #opened: string | undefined;
  #roundTripMs = Infinity;
  readonly #fetches = new Fetches();
  readonly #sentEarly: () => number = () => 0;
  readonly #wakers = new Set<() => void>();

  private constructor(client: ImapFlow, settings: MailboxSettings, tools: Tools) {
    const { log, clock, heart, meter } = tools;
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    this.#heart = heart;
    this.#meter = meter;
    this.#client = client;
    readLines(client, line => this.#fetches.read(line));
    compressOnLongLine(client, () => clock.nowMs());
    if (tools.pipelines !== false) this.#sentEarly = sendFetchesEarly(client);
    // Before connect(): an "error" without a listener ends the program.
    this.#client.on('error', (error: unknown) => {
      this.#broken = error;
    });
    this.#client.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
    this.#client.on('exists', () => {
      this.#news = true;
      this.#wake();
    });
  }

  /** Connects and logs in. Rejects with a Fault that names host, user and cure. */
  static async open(settings: MailboxSettings, tools: Tools, signal: AbortSignal): Promise<Connection> {
    // Loaded with the first connection, so that the daemon is ready before it.
    const { ImapFlow } = await import('imapflow');
    const open = (): Promise<Connection> =>
      withAuth(settings, signal, async auth => {
        const client = new ImapFlow(clientOptions(settings, auth, tools.log));
        const connection = new Connection(client, settings, tools);
        await connection.#run(signal, () => connection.#client.connect());
        return connection;
      });
    return tools.logins === undefined ? open() : tools.logins.pass(open, signal);
  }

  get alive(): boolean {
    return !this.#closed && this.#client.usable;
  }

  /** The shortest time that a command has taken: to the server and back, and little more. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Whether FETCHes were sent while others were being answered. */
  get pipelined(): boolean {
    return this.#sentEarly() > 0;
  }

  get isGmail(): boolean {
    return this.#client.capabilities.has('X-GM-EXT-1');
  }

  get capabilities(): string[] {
    return [...this.#client.capabilities.keys()].sort();
  }

  async folders(signal: AbortSignal): Promise<Folder[]> {
    const list = await this.#run(signal, () => this.#client.list());
    return list
      .filter(folder => !folder.flags.has('\\Noselect') && !folder.flags.has('\\NonExistent'))
      .map(({ path, specialUse }) => (typeof specialUse === 'string' ? { path, specialUse } : { path }));
  }

  /** EXAMINE (RFC 3501 6.3.2): read-only by the protocol itself. */
  async examine(path: string, signal: AbortSignal): Promise<Opened> {
    this.#news = false;
    const opened = await this.#run(signal, () => this.#client.mailboxOpen(path, { readOnly: true }));
    if (!opened.readOnly) {
      throw new Fault(`${this.#settings.host}: folder "${path}" was not opened read-only`, {
        code: 'NOT_READ_ONLY',
        retry: 'never',
        exit: EXIT.unavailable,
        hint: 'the server does not honour EXAMINE; bounced does not read a mailbox that it could change',
      });
    }
    this.#opened = path;
    return { path, uidValidity: Number(opened.uidValidity), uidNext: opened.uidNext, exists: opened.exists };
  }

  get openedFolder(): string | undefined {
    return this.alive ? this.#opened : undefined;
  }

  /** UIDs in ascending order. A refused search is a failure, never an empty answer. */
  async search(query: SearchObject, signal: AbortSignal): Promise<number[]> {
    const uids = await this.#run(signal, () => this.#client.search(query, { uid: true }));
    if (!Array.isArray(uids)) throw connectionFault(new Error('the server refused a search'), this.#settings);
    return uids.sort((one, other) => one - other);
  }

  /** What the server hands out of these, in its order. */
  async fetch(uids: readonly number[], query: Query, signal: AbortSignal): Promise<Fetched[]> {
    const all: Fetched[] = [];
    await this.fetchEach(uids, query, signal, { take: one => all.push(one) > 0 });
    return all;
  }

  /**
   * The same, mail by mail as they come, so that no more is kept of each than is needed. More may be asked for
   * meanwhile, of other mails.
   */
  async fetchEach(uids: readonly number[], query: Query, signal: AbortSignal, taker: Taker): Promise<void> {
    if (uids.length === 0) return;
    await this.#run(signal, () =>
      this.#fetches.during(uids, taker, () => this.#client.fetchAll(uidSet(uids), query, { uid: true })),
    );
  }

  /** UIDs of the mails from this one on, by FETCH: a second witness beside SEARCH. Ascending; never below `first`. */
  async uidsFrom(first: number, signal: AbortSignal): Promise<number[]> {
    const there = await this.#run(signal, () => this.#client.fetchAll(`${first}:*`, { uid: true }, { uid: true }));
    // RFC 3501 6.4.8: "n:*" always holds the last message, even below n.
    return there.flatMap(({ uid }) => (uid >= first ? [uid] : [])).sort((one, other) => one - other);
  }

  async count(path: string, signal: AbortSignal): Promise<number | undefined> {
    const status = await this.#run(signal, () => this.#client.status(path, { messages: true }));
    return status === false ? undefined : status.messages;
  }

  /** Idles until something may be new, the limit is over, the connection ends or the signal aborts. */
  async idle(limitMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.alive || this.#news || signal.aborted) return;
    const over = new AbortController();
    const waker = (): void => over.abort();
    this.#wakers.add(waker);
    // Rejects when the connection ends meanwhile, which the next command reports.
    this.#client.idle().catch((error: unknown) => {
      this.#broken ??= error;
      over.abort();
    });
    await clock.sleep(limitMs, AbortSignal.any([signal, over.signal]));
    this.#wakers.delete(waker);
  }

  /** As `idle`, also where the mail that was announced last has not been sought by opening the folder. */
  async rest(limitMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    this.#news = false;
    await this.idle(limitMs, clock, signal);
    // Whoever scans next must not sleep over it.
    this.#news = true;
  }

  async close(): Promise<void> {
    if (this.alive) await Promise.race([this.#client.logout().catch(() => undefined), delay(2_000)]);
    this.#client.close();
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
  }

  /** A command with its limits: the signal and the time. What it fails with becomes a Fault. */
  async #run<T>(signal: AbortSignal, command: () => Promise<T>): Promise<T> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(COMMAND_LIMIT_MS)]);
    let stop = (): void => undefined;
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        this.#client.close();
        reject(new Error(signal.aborted ? 'stopped' : 'command timeout'));
      };
    });
    limit.addEventListener('abort', stop, { once: true });
    const begunMs = this.#clock.nowMs();
    try {
      if (limit.aborted) stop();
      const answer = await Promise.race([command(), stopped]);
      this.#roundTripMs = Math.min(this.#roundTripMs, this.#clock.nowMs() - begunMs);
      return answer;
    } catch (error) {
      this.#log.debug('imap command failed', { error: error instanceof Error ? error.name : 'unknown' });
      throw connectionFault(this.#broken === undefined ? error : this.#merge(error), this.#settings);
    } finally {
      this.#heart?.beat();
      this.#meter?.received(this.#client.stats(true).received);
      limit.removeEventListener('abort', stop);
    }
  }

  /** The command's error and the connection's, which often tells more. */
  #merge(error: unknown): unknown {
    const code = (this.#broken as { code?: unknown } | undefined)?.code;
    return { ...(typeof error === 'object' ? error : {}), reason: typeof code === 'string' ? code : 'closed' };
  }
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref());
}
