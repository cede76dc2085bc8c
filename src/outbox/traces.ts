/**
 * All that is known of one event, of one customer, of one mail: what was read, decided, posted and done by hand. Takes
 * a database, gives readonly objects. Changes nothing.
 */
import { addressKey } from '../shared/address.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { Database, Value } from './database.ts';
import { COLUMNS, readActs, toKept } from './listing.ts';
import type { KeptRow } from './listing.ts';
import type { Asked, EventDetails, EventRoad, KeptMail, Trace } from './operator.ts';
import { readPosts } from './posts.ts';

const ROAD = `SELECT ${COLUMNS}, message, queued_at FROM events`;
const MAIL = `SELECT id, mailbox, folder, uid, kind, because, reader, recorded_at FROM messages WHERE id = ?`;
const VERDICTS = 'SELECT whole FROM verdicts WHERE message = ? ORDER BY ordinal';
const IDS = "SELECT kind, word FROM mentions WHERE message = ? AND kind IN ('own', 'original')";
const ABOUT_ADDRESS = `SELECT message FROM mentions WHERE word = ?1 AND kind = 'address'
  UNION SELECT message FROM events WHERE address_key = ?1 AND message IS NOT NULL ORDER BY message DESC LIMIT ?2`;
const ABOUT_ID = `SELECT DISTINCT message FROM mentions WHERE word = ?1 AND kind IN ('own', 'original')
  ORDER BY message DESC LIMIT ?2`;

interface RoadRow extends KeptRow {
  readonly message: number | null;
  readonly queued_at: number | null;
}

interface MailRow {
  readonly id: number;
  readonly mailbox: string;
  readonly folder: string;
  readonly uid: number;
  readonly kind: string;
  readonly because: string;
  readonly reader: string | null;
  readonly recorded_at: number;
}

/** All that is known of one event; undefined where there is none with this id. */
export function showEvent(database: Database, id: string): EventDetails | undefined {
  const row = database.one(`${ROAD} WHERE id = ?`, id) as RoadRow | undefined;
  if (row === undefined) return undefined;
  const message = row.message === null ? undefined : readMail(database, row.message);
  return { ...toRoad(database, row), ...(message === undefined ? {} : { message }) };
}

/** The mails that speak of it, with what they led to; then events for the address whose mail is forgotten. */
export function readTraces(database: Database, asked: Asked, limit: number): Trace[] {
  const [sql, word] = 'address' in asked ? [ABOUT_ADDRESS, addressKey(asked.address)] : [ABOUT_ID, asked.messageId];
  const found = database.all(sql, word, limit) as { message: number }[];
  const traces = found.reverse().flatMap(({ message }) => {
    const mail = readMail(database, message);
    return mail === undefined ? [] : [{ mail, events: readRoads(database, 'message = ?', message) }];
  });
  if (!('address' in asked)) return traces;
  const alone = readRoads(database, 'address_key = ? AND message IS NULL', word);
  return alone.length === 0 ? traces : [{ events: alone }, ...traces];
}

function readRoads(database: Database, condition: string, value: Value): EventRoad[] {
  const rows = database.all(`${ROAD} WHERE ${condition} ORDER BY seq`, value) as RoadRow[];
  return rows.map(row => toRoad(database, row));
}

function toRoad(database: Database, row: RoadRow): EventRoad {
  return {
    ...toKept(row),
    ...(row.queued_at === null ? {} : { queuedAtSeconds: row.queued_at }),
    posts: readPosts(database, row.seq),
    acts: readActs(database, { event: row.id }),
  };
}

function readMail(database: Database, message: number): KeptMail | undefined {
  const row = database.one(MAIL, message) as MailRow | undefined;
  if (row === undefined) return undefined;
  const { mailbox, folder, uid, kind, because, reader, recorded_at: recordedAtSeconds } = row;
  const verdicts = (database.all(VERDICTS, message) as { whole: string }[]).map(
    ({ whole }) => JSON.parse(whole) as Verdict,
  );
  const ids = database.all(IDS, message) as { kind: 'own' | 'original'; word: string }[];
  const messageId = ids.find(id => id.kind === 'own')?.word;
  return {
    ...{ mailbox, folder, uid, recordedAtSeconds, kind, because, verdicts },
    originalMessageIds: ids.filter(id => id.kind === 'original').map(({ word }) => word),
    ...(messageId === undefined ? {} : { messageId }),
    ...(reader === null ? {} : { reader }),
  };
}
