/**
 * Mails of the followed folder read once more, on a connection of its own. Takes UIDs or a time, gives chunks as a scan
 * does. Knows no cursor; changes nothing on the server.
 */
import { fullJitterMs } from '../shared/backoff.ts';
import { Connection } from './connection.ts';
import type { Opened, Tools } from './connection.ts';
import { folderToRead } from './folders.ts';
import { connectionFault } from './login-fault.ts';
import type { Again, Chunk, Interest, MailboxSettings, RawMessage } from './mailbox.ts';
import { openPortions } from './portion.ts';
import type { Portion, Portions } from './portion.ts';
import { readChunk } from './read-chunk.ts';
import { largeUids } from './scan.ts';

/** Failures in a row: more than it takes to leave out a mail over which each connection ends. */
const TRIES = 15;
/** Before anything was found: a server that is not there is told soon. */
const FIRST_TRIES = 3;
/** In no hurry: so many are held together. */
const MAILS_AT_ONCE = 200;
const PAUSE = { baseMs: 200, capMs: 2_000 };
const DAY_MS = 86_400_000;

/** Chunks of these mails in UID order; none where the folder is another than the UIDs are of. */
export async function* readAgain(
  settings: MailboxSettings,
  interest: Interest,
  tools: Tools,
  which: Again,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const task: Task = { settings, interest, tools, which, portions: openPortions(), sought: undefined, next: 0 };
  let failures = 0;
  for (;;) {
    try {
      for await (const chunk of oneConnection(task, signal)) {
        failures = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      failures += 1;
      const fault = connectionFault(error, settings);
      const most = task.sought === undefined ? FIRST_TRIES : TRIES;
      if (signal.aborted || fault.retry === 'never' || failures >= most) throw fault;
      await tools.clock.sleep(fullJitterMs(PAUSE, failures, tools.random()), signal);
    }
  }
}

/** What is to be read, and how far it has come: outlives a connection. */
interface Task {
  readonly settings: MailboxSettings;
  readonly interest: Interest;
  readonly tools: Tools;
  readonly which: Again;
  readonly portions: Portions;
  sought: Sought | undefined;
  next: number;
}

/** From where it stopped to the end, or to the end of the connection. */
async function* oneConnection(task: Task, signal: AbortSignal): AsyncGenerator<Chunk> {
  const { settings, interest, tools, which } = task;
  const connection = await Connection.open(settings, tools, signal);
  try {
    task.sought = await seek(connection, settings, which, task.sought, signal);
    if (task.sought === undefined) return;
    const { opened, uids } = task.sought;
    const large = await largeUids(connection, uids.slice(task.next), signal);
    const read = (portion: Portion) => readChunk(connection, portion, interest, signal);
    while (task.next < uids.length) {
      const some = uids.slice(task.next, task.next + MAILS_AT_ONCE);
      const done = await task.portions.first(connection, some, read, signal, large);
      task.next += done.uids.length;
      const { path: folder, uidValidity } = opened;
      const cursor = { mailbox: settings.name, folder, uidValidity, lastUid: done.uids.at(-1) ?? 0 };
      const messages = done.messages.filter(raw => isSince(raw, which));
      yield {
        messages,
        skipped: done.skipped,
        cursor,
        caughtUp: task.next >= uids.length,
        left: uids.length - task.next,
      };
    }
  } finally {
    await connection.close();
  }
}

interface Sought {
  readonly opened: Opened;
  readonly uids: readonly number[];
}

/** The mails by UID. Where they were sought before, the same ones: what came meanwhile is none of them. */
async function seek(
  connection: Connection,
  settings: MailboxSettings,
  which: Again,
  before: Sought | undefined,
  signal: AbortSignal,
): Promise<Sought | undefined> {
  const folder = folderToRead(settings, await connection.folders(signal));
  const opened = await connection.examine(folder, signal);
  const wanted = 'uids' in which ? which.uidValidity : before?.opened.uidValidity;
  if (wanted !== undefined && wanted !== opened.uidValidity) return undefined;
  if (before !== undefined) return { ...before, opened };
  if (opened.exists === 0) return { opened, uids: [] };
  // A day too many: SINCE knows dates without a time zone (RFC 3501 6.4.4).
  const query =
    'uids' in which ? { uid: which.uids.join(',') } : { since: new Date(which.sinceSeconds * 1_000 - DAY_MS) };
  return { opened, uids: await connection.search(query, signal) };
}

function isSince({ internalDateSeconds }: RawMessage, which: Again): boolean {
  return 'uids' in which || internalDateSeconds === undefined || internalDateSeconds >= which.sinceSeconds;
}
