/**
 * One message of the answer to a FETCH (RFC 3501 7.4.2). Takes the line as it came, gives what it tells of the message;
 * undefined for any other line. Of what is told no more is kept than is read: a backlog has a line for each mail.
 */
import { alone } from '../shared/own-text.ts';
import { Words } from './answer-words.ts';
import type { Line } from './answer-words.ts';
import type { PartStructure } from './mailbox.ts';
import { readStructure } from './structure.ts';

/** A message as fetched; what was not asked for, or answered with NIL, is missing. */
export interface Fetched {
  readonly uid: number;
  /** RFC822.SIZE. */
  readonly size?: number | undefined;
  /** INTERNALDATE, epoch milliseconds. */
  readonly internalDateMs?: number | undefined;
  /** X-GM-LABELS; those of the system begin with a backslash. */
  readonly labels?: ReadonlySet<string> | undefined;
  /** X-GM-MSGID. */
  readonly gmailId?: string | undefined;
  readonly structure?: PartStructure | undefined;
  /** Bytes by section in lower case, without the fields that were asked for: `header`, `1`, `2.header`, `` for all. */
  readonly sections: ReadonlyMap<string, Buffer>;
}

type Draft = { -readonly [Key in keyof Fetched]?: Fetched[Key] | undefined } & { sections: Map<string, Buffer> };

const ROW = /^\* \d+ FETCH \(/i;
/** What a server tells by itself (RFC 3501 7.4.2, RFC 7162 3.2.4), and by which message it does. */
const UNASKED = new Set(['UID', 'FLAGS', 'MODSEQ']);
/** The longest beginning of such a line. */
const BEGINNING = 32;

/**
 * Undefined also for news that nobody has asked for: flags that somebody else has set. Throws a NotAnAnswer where the
 * line is not well-formed.
 */
export function readFetchRow(line: Line): Fetched | undefined {
  const beginning = ROW.exec(line.payload.toString('latin1', 0, BEGINNING))?.[0];
  if (beginning === undefined) return undefined;
  const words = new Words(line, beginning.length);
  const draft: Draft = { sections: new Map() };
  let isAnswer = false;
  while (!words.closes()) {
    const key = words.key().toUpperCase();
    readItem(draft, key, words);
    isAnswer ||= !UNASKED.has(key);
  }
  return isAnswer && hasUid(draft) ? draft : undefined;
}

function hasUid(draft: Draft): draft is Draft & { uid: number } {
  return draft.uid !== undefined;
}

function readItem(draft: Draft, key: string, words: Words): void {
  if (key.startsWith('BODY[')) {
    const value = words.string();
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    if (bytes !== undefined) draft.sections.set(sectionOf(key), bytes);
  } else if (key === 'UID') draft.uid = number(words.text());
  else if (key === 'RFC822.SIZE') draft.size = number(words.text());
  else if (key === 'INTERNALDATE') draft.internalDateMs = Date.parse(words.text() ?? '');
  else if (key === 'BODYSTRUCTURE') draft.structure = readStructure(words);
  else if (key === 'X-GM-MSGID') draft.gmailId = alone(words.text() ?? '') || undefined;
  else if (key === 'X-GM-LABELS') draft.labels = labels(words);
  else words.skip();
}

/** "BODY[HEADER.FIELDS (From)]<0>" is "header". */
function sectionOf(key: string): string {
  const section = key.slice('BODY['.length, key.lastIndexOf(']')).toLowerCase();
  const fields = section.indexOf('.fields');
  return fields === -1 ? section : section.slice(0, fields);
}

function number(digits: string | undefined): number | undefined {
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

function labels(words: Words): Set<string> | undefined {
  if (!words.opens()) {
    words.skip();
    return undefined;
  }
  const all = new Set<string>();
  while (!words.closes()) all.add(alone(words.text() ?? ''));
  return all;
}
