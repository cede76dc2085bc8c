/**
 * Look-ups in Sent on a connection of their own, made when it is first needed and made anew after it broke. Takes ids,
 * gives what was found. One look-up at a time, so that there is never a second such connection.
 */
import type { Clock } from '../shared/clock.ts';
import { Connection } from './connection.ts';
import type { Folder, Tools } from './connection.ts';
import { connectionFault } from './login-fault.ts';
import type { MailboxSettings, SentLookup, SentMail } from './mailbox.ts';
import { findByMessageId, isAskable, isFew, listSent } from './sent.ts';
import { MOST_IDS, SentMemory } from './sent-memory.ts';

/**
 * A server without an index of ids reads all of Sent for each search: many ids are cheaper had from one list of it, as
 * are few that come again and again. It costs the server as much as two searches for a hundred ids (Dovecot 2.3: 145
 * and 2 times 60 ms for 6,700 mails), and the line a mail's worth of bytes for each id.
 */
const LISTED_FOR_EACH_ID = 64;

/** Fewer are sought without being announced. */
const MANY_EXPECTED = 100;

export class SentLookups {
  readonly #settings: MailboxSettings;
  readonly #tools: Tools;
  readonly #clock: Clock;
  readonly #folderOf: (folders: readonly Folder[]) => string | undefined;
  readonly #memory = new SentMemory();
  #connection: Connection | undefined;
  /** Mails in Sent when it was opened last. */
  #exists = 0;
  /** Ids that came in many at a time since Sent was listed last. */
  #sought = 0;
  /** Settles, never rejects, when the look-ups asked for so far are over. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param folderOf which folder is Sent; undefined when there is none */
  constructor(settings: MailboxSettings, tools: Tools, folderOf: (folders: readonly Folder[]) => string | undefined) {
    this.#settings = settings;
    this.#tools = tools;
    this.#clock = tools.clock;
    this.#folderOf = folderOf;
  }

  /**
   * The mails in Sent that bear these ids (without angle brackets); ids that are unsafe in a query are not asked for.
   * Rejects with a Fault when the look-up itself failed.
   */
  async find(messageIds: readonly string[], signal: AbortSignal): Promise<SentLookup> {
    const ids = [...new Set(messageIds)].filter(isAskable);
    const turn = this.#last.then(() => this.#find(ids, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * So many ids are likely to be asked for soon: where they are many, connects, and lists Sent where that is cheaper,
   * so that the first look-up does not wait for it. Never rejects: what fails here fails again when it is needed.
   */
  async expect(ids: number, signal: AbortSignal): Promise<void> {
    if (ids < MANY_EXPECTED || this.#connection?.openedFolder !== undefined) return;
    const ready = this.#last.then(() => this.#getReady(ids, signal));
    this.#last = ready.catch(() => this.close());
    await this.#last;
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #find(ids: readonly string[], signal: AbortSignal): Promise<SentLookup> {
    const mails = new Map<string, SentMail>();
    const unknown: string[] = [];
    for (const id of ids) {
      const recalled = this.#memory.recall(id, this.#clock.nowMs());
      if (recalled === undefined) unknown.push(id);
      else if (recalled !== 'absent') mails.set(id, recalled);
    }
    if (unknown.length === 0 && ids.length > 0) return { searched: true, mails };
    try {
      const connection = await this.#open(isFew(unknown), signal);
      if (connection === undefined) return { searched: false, mails: new Map() };
      const found = await this.#ask(connection, unknown, signal);
      for (const id of unknown) this.#memory.keep(id, found.get(id), this.#clock.nowMs());
      return { searched: true, mails: new Map([...mails, ...found]) };
    } catch (error) {
      await this.close();
      throw connectionFault(error, this.#settings);
    }
  }

  async #getReady(ids: number, signal: AbortSignal): Promise<void> {
    const connection = await this.#open(false, signal);
    if (connection === undefined || !this.#isListed(connection, ids)) return;
    await this.#list(connection, [], signal);
  }

  #isListed({ isGmail }: Connection, ids: number): boolean {
    return !isGmail && this.#exists <= Math.min(MOST_IDS, LISTED_FOR_EACH_ID * ids);
  }

  /** Quickly first; what was not found so is sought thoroughly, in the folder as it is now. */
  async #ask(connection: Connection, ids: readonly string[], signal: AbortSignal): Promise<Map<string, SentMail>> {
    if (isFew(ids)) return findByMessageId(connection, ids, true, signal);
    this.#sought += ids.length;
    const isListed = this.#isListed(connection, this.#sought);
    if (isListed) this.#sought = 0;
    const found = isListed
      ? await this.#list(connection, ids, signal)
      : await findByMessageId(connection, ids, false, signal);
    const absent = ids.filter(id => !found.has(id));
    if (absent.length === 0) return found;
    await this.#examine(connection, signal);
    return new Map([...found, ...(await findByMessageId(connection, absent, true, signal))]);
  }

  /** What else it holds is remembered: the next ones are likely to be asked for soon. */
  async #list(connection: Connection, ids: readonly string[], signal: AbortSignal): Promise<Map<string, SentMail>> {
    const listed = await listSent(connection, signal);
    for (const [id, mail] of listed) this.#memory.keep(id, mail, this.#clock.nowMs());
    const asked = new Set(ids);
    return new Map([...listed].filter(([id]) => asked.has(id)));
  }

  /**
   * The connection with Sent open for reading; undefined when the server shows no such folder.
   * @param anew a server may search what it knew when the folder was opened, and a bounce comes seconds after its mail
   */
  async #open(anew: boolean, signal: AbortSignal): Promise<Connection | undefined> {
    if (this.#connection?.openedFolder !== undefined) {
      if (anew) await this.#examine(this.#connection, signal);
      return this.#connection;
    }
    await this.close();
    const connection = await Connection.open(this.#settings, this.#tools, signal);
    this.#connection = connection;
    const folder = this.#folderOf(await connection.folders(signal));
    if (folder === undefined) {
      await this.close();
      return undefined;
    }
    this.#exists = (await connection.examine(folder, signal)).exists;
    return connection;
  }

  async #examine(connection: Connection, signal: AbortSignal): Promise<void> {
    const folder = connection.openedFolder;
    if (folder !== undefined) this.#exists = (await connection.examine(folder, signal)).exists;
  }
}
