/**
 * Look-ups in Sent on a connection of their own, made when it is first needed and made anew after it broke. Takes ids,
 * gives what was found. One look-up at a time, so that there is never a second such connection.
 */
import type { Clock } from '../shared/clock.ts';
import { Connection } from './connection.ts';
import type { Folder, Tools } from './connection.ts';
import { connectionFault } from './login-fault.ts';
import type { MailboxSettings, SentLookup, SentMail } from './mailbox.ts';
import { findByMessageId, isAskable } from './sent.ts';
import { SentMemory } from './sent-memory.ts';

export class SentLookups {
  readonly #settings: MailboxSettings;
  readonly #tools: Tools;
  readonly #clock: Clock;
  readonly #folderOf: (folders: readonly Folder[]) => string | undefined;
  readonly #memory = new SentMemory();
  #connection: Connection | undefined;
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
      const connection = await this.#open(signal);
      if (connection === undefined) return { searched: false, mails: new Map() };
      const found = await findByMessageId(connection, unknown, signal);
      for (const id of unknown) this.#memory.keep(id, found.get(id), this.#clock.nowMs());
      return { searched: true, mails: new Map([...mails, ...found]) };
    } catch (error) {
      await this.close();
      throw connectionFault(error, this.#settings);
    }
  }

  /** The connection with Sent open for reading; undefined when the server shows no such folder. */
  async #open(signal: AbortSignal): Promise<Connection | undefined> {
    const { openedFolder } = this.#connection ?? {};
    if (this.#connection !== undefined && openedFolder !== undefined) {
      // Again: a server may search what it knew when the folder was opened, and a bounce comes seconds after its mail.
      await this.#connection.examine(openedFolder, signal);
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
    await connection.examine(folder, signal);
    return connection;
  }
}
