/**
 * A mailbox followed: scans from the cursor, idles, scans again, reconnects. Takes settings and what is of interest,
 * gives the Mailbox of the door. Holds at most two connections: one to follow, one for look-ups in Sent.
 */
import { fullJitterMs } from '../shared/backoff.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { Fault } from '../shared/fault.ts';
import { hasEnded } from '../shared/unless-aborted.ts';
import { readAgain } from './again.ts';
import { readBacklog } from './backlog.ts';
import type { BacklogTools } from './backlog.ts';
import { openBreather } from './breather.ts';
import { ChunkSize } from './chunk-size.ts';
import { Connection } from './connection.ts';
import type { Opened, Tools } from './connection.ts';
import { folderToRead, sentFolder } from './folders.ts';
import { connectionFault } from './login-fault.ts';
import type {
  Again,
  Chunk,
  Interest,
  Mailbox,
  MailboxInspection,
  MailboxSettings,
  MailboxTrouble,
  RawMessage,
  SentLookup,
} from './mailbox.ts';
import { oneAhead } from './one-ahead.ts';
import { Pipelining } from './pipelining.ts';
import { openPortions } from './portion.ts';
import { lastUids, newUids } from './scan.ts';
import { SentLookups } from './sent-lookups.ts';
import { openWithheld } from './withheld.ts';

type CursorOf = (folder: string) => Promise<Cursor | undefined>;

const RECONNECT = { baseMs: 1_000, capMs: 300_000 };
/** With `once`: connections that may fail in a row; more than a mail takes to be left out that none can fetch. */
const ONCE_TRIES = 6;
/** UIDs remembered as handed on, so that the overlap is not read twice while we follow. */
const REMEMBERED = 2_000;
/**
 * How late a UID can become visible, seconds. Older mails in the overlap were seen before or are none of ours; those of
 * the days to look back on the first run are ours in any case.
 */
const LATE_SECONDS = 3_600;

/** A Mailbox over IMAP; connects when it is first used. */
export function openMailbox(settings: MailboxSettings, interest: Interest, tools: Tools): Mailbox {
  return new ImapMailbox(settings, interest, tools);
}

class ImapMailbox implements Mailbox {
  readonly #settings: MailboxSettings;
  readonly #interest: Interest;
  readonly #tools: Tools;
  #following: Connection | undefined;
  readonly #sent: SentLookups;
  #folder: string | undefined;
  #lastScanSeconds: number | undefined;
  #fault: MailboxTrouble | undefined;
  readonly #backlogTools: BacklogTools;
  #looksUp = false;
  /** Ends what gets ready for look-ups: nobody waits for it, and it must not connect after the end. */
  #expecting = new AbortController();

  constructor(settings: MailboxSettings, interest: Interest, tools: Tools) {
    this.#settings = settings;
    this.#interest = interest;
    this.#tools = tools;
    const portions = openPortions();
    this.#backlogTools = {
      ...{ interest, portions, chunkSize: new ChunkSize(), pipelining: new Pipelining() },
      breather: openBreather(tools, interest, portions, settings.pollMs),
      withheld: openWithheld(settings.host, tools.log),
    };
    // Without the heart: a look-up may come from elsewhere, and tells nothing of the loop that follows.
    const { heart: _, ...others } = tools;
    this.#sent = new SentLookups(settings, others, folders => sentFolder(settings, folders));
  }

  async *watch(
    cursorOf: CursorOf,
    signal: AbortSignal,
    { once = false, looksUp = false }: { once?: boolean; looksUp?: boolean } = {},
  ): AsyncGenerator<Chunk> {
    this.#looksUp = looksUp;
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const chunk of this.#follow(cursorOf, signal, once)) {
          failures = 0;
          yield chunk;
        }
        return;
      } catch (error) {
        if (hasEnded(signal)) return;
        await this.#dropFollowing();
        failures += 1;
        await this.#pause(error, failures, once, signal);
      } finally {
        // Also when nobody asks for the next chunk any more: it may be under way.
        await this.#dropFollowing();
      }
    }
  }

  async findSent(messageIds: readonly string[], signal: AbortSignal): Promise<SentLookup> {
    return this.#sent.find(messageIds, signal);
  }

  again(which: Again, signal: AbortSignal): AsyncGenerator<Chunk> {
    const { heart: _, ...others } = this.#tools;
    return readAgain(this.#settings, this.#interest, others, which, signal);
  }

  async inspect(signal: AbortSignal): Promise<MailboxInspection> {
    const connection = await Connection.open(this.#settings, this.#tools, signal);
    try {
      const folders = await connection.folders(signal);
      const counted = [];
      for (const folder of folders) {
        const messages = await connection.count(folder.path, signal).catch(() => undefined);
        counted.push(messages === undefined ? folder : { ...folder, messages });
      }
      const folder = folderToRead(this.#settings, folders);
      const sent = sentFolder(this.#settings, folders);
      return {
        capabilities: connection.capabilities,
        folders: counted,
        folder,
        ...(sent === undefined ? {} : { sentFolder: sent }),
      };
    } finally {
      await connection.close();
    }
  }

  state(): ReturnType<Mailbox['state']> {
    return {
      connected: this.#following?.alive ?? false,
      ...(this.#folder === undefined ? {} : { folder: this.#folder }),
      ...(this.#lastScanSeconds === undefined ? {} : { lastScanSeconds: this.#lastScanSeconds }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#dropFollowing(), this.#sent.close()]);
  }

  /** One connection's life: scan, idle, scan again. Ends by the signal, or when caught up with `once`. */
  async *#follow(cursorOf: CursorOf, signal: AbortSignal, once: boolean): AsyncGenerator<Chunk> {
    const connection = await this.#connect(signal);
    this.#following = connection;
    const folder = folderToRead(this.#settings, await connection.folders(signal));
    this.#folder = folder;
    this.#tools.log.info('connected', { folder, gmail: connection.isGmail });
    const handedOn = new Set<number>();
    while (!signal.aborted) {
      const opened = await connection.examine(folder, signal);
      yield* this.#scan(connection, opened, await cursorOf(folder), handedOn, once, signal);
      this.#lastScanSeconds = this.#tools.clock.nowSeconds();
      if (once) return;
      this.#tools.heart?.beat(this.#settings.pollMs);
      await connection.idle(this.#settings.pollMs, this.#tools.clock, signal);
    }
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    try {
      const { on } = this.#backlogTools.pipelining;
      return await Connection.open(this.#settings, { ...this.#tools, pipelines: on }, signal);
    } catch (error) {
      // Without a connection nobody knows what waits: that is an outage, not a gap.
      this.#tools.heart?.behind(0);
      throw error;
    }
  }

  async *#scan(
    connection: Connection,
    opened: Opened,
    cursor: Cursor | undefined,
    handedOn: Set<number>,
    once: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<Chunk> {
    const { clock, log, heart } = this.#tools;
    const known = cursor?.uidValidity === opened.uidValidity ? cursor : undefined;
    if (cursor !== undefined && known === undefined) {
      log.warn('UIDVALIDITY has changed: reading again by date', { folder: opened.path });
      handedOn.clear();
    }
    // Before the first look, so that what becomes visible during it is not taken for seen.
    const seenBefore = known === undefined ? await lastUids(connection, opened, signal) : [];
    const found = await newUids(connection, opened, cursor, this.#settings.backfillDays, clock.nowMs(), signal);
    const uids = found.filter(uid => !handedOn.has(uid));
    const place = { mailbox: this.#settings.name, folder: opened.path, uidValidity: opened.uidValidity };
    const lateSeconds = Math.max(LATE_SECONDS, this.#settings.backfillDays * 86_400);
    const knownUid = known?.lastUid ?? 0;
    let lastUid = knownUid;
    let notRead = countAbove(uids, knownUid);
    heart?.behind(notRead);
    const withheld: number[] = [];
    let read = 0;
    this.#backlogTools.breather.begin(opened.uidNext, opened.uidValidity);
    const backlog = { connection, uids, cursor: { ...place, lastUid }, handedOn, waits: !once };
    const expects = (candidates: number): void => {
      if (!this.#looksUp) return;
      this.#expecting = new AbortController();
      void this.#sent.expect(candidates, AbortSignal.any([signal, this.#expecting.signal]));
    };
    // While one is recorded, the next one is being read, and the one behind it looked at.
    for await (const chunk of oneAhead(readBacklog(backlog, { ...this.#backlogTools, expects }, signal))) {
      if ('cursor' in chunk) {
        yield chunk;
        continue;
      }
      const { uids: some, messages, skipped, missing } = chunk;
      read += some.length;
      lastUid = Math.max(lastUid, some.at(-1) ?? 0);
      const caughtUp = read >= uids.length;
      // The first look is over: what lies before it is not asked for again.
      if (caughtUp && known === undefined) lastUid = Math.max(lastUid, opened.uidNext - 1);
      const wanted = newOrLate(messages, knownUid, clock.nowSeconds() - lateSeconds);
      yield { messages: wanted, skipped, cursor: { ...place, lastUid }, caughtUp, left: uids.length - read };
      // Asked for the next: so this one is recorded.
      this.#backlogTools.chunkSize.recorded();
      for (const uid of some) if (!missing.includes(uid)) handedOn.add(uid);
      withheld.push(...missing);
      forgetOldest(handedOn);
      notRead -= countAbove(some, knownUid);
      heart?.behind(notRead);
    }
    this.#backlogTools.breather.caughtUp();
    // The mails just before the first look are none of ours: the overlap must not bring them in.
    for (const uid of seenBefore) if (!withheld.includes(uid)) handedOn.add(uid);
    // The place is kept from the first look on, also in a folder that holds nothing of interest yet; and it moves over
    // what was read out of turn.
    const isFirst = uids.length === 0 && known === undefined;
    const seenTo = isFirst ? Math.max(0, opened.uidNext - 1) : (found.at(-1) ?? 0);
    if (!isFirst && seenTo <= lastUid) return;
    yield { messages: [], skipped: 0, cursor: { ...place, lastUid: seenTo }, caughtUp: true, left: 0 };
  }

  async #pause(error: unknown, failures: number, once: boolean, signal: AbortSignal): Promise<void> {
    const fault = connectionFault(error, this.#settings);
    this.#fault = troubleOf(fault, this.#tools.clock.nowSeconds());
    if (fault.retry === 'never' || (once && failures >= ONCE_TRIES)) throw fault;
    const { clock, random, log } = this.#tools;
    const jitterMs = fullJitterMs(RECONNECT, failures, random());
    const waitMs = once ? Math.min(jitterMs, 2_000) : Math.max(jitterMs, (fault.waitMs ?? 0) * (1 + random()));
    log.warn(fault.message, { code: fault.code, retryInSeconds: Math.ceil(waitMs / 1000), cure: fault.hint });
    this.#tools.heart?.beat(waitMs);
    await clock.sleep(waitMs, signal);
  }

  async #dropFollowing(): Promise<void> {
    this.#expecting.abort();
    const connection = this.#following;
    this.#following = undefined;
    await connection?.close();
  }
}

/** Those above the cursor, or below it but so young that they may have become visible late. */
function newOrLate(messages: readonly RawMessage[], lastUid: number, sinceSeconds: number): RawMessage[] {
  const some: RawMessage[] = [];
  for (const raw of messages) if (raw.uid > lastUid || isSince(raw, sinceSeconds)) some.push(raw);
  return some;
}

function isSince({ internalDateSeconds }: RawMessage, sinceSeconds: number): boolean {
  return internalDateSeconds === undefined || internalDateSeconds > sinceSeconds;
}

function troubleOf({ code, message, hint }: Fault, atSeconds: number): MailboxTrouble {
  return { code, message, ...(hint === undefined ? {} : { cure: hint }), atSeconds };
}

function countAbove(uids: readonly number[], lastUid: number): number {
  let count = 0;
  for (const uid of uids) if (uid > lastUid) count += 1;
  return count;
}

function forgetOldest(uids: Set<number>): void {
  for (const uid of uids) {
    if (uids.size <= REMEMBERED) return;
    uids.delete(uid);
  }
}
