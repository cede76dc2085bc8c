/**
 * Saved mails wherever they lie: .eml files, mbox files, folders of both, Maildirs, standard input. Takes what the
 * command line names, gives each mail or what is wrong with it, one at a time. Never keeps a file or folder whole.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { visible } from '../runtime/log-lines.ts';
import { whyUnread } from '../runtime/unread.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import { beginsMbox, mboxSplitter } from './mbox.ts';
import { tell } from './print.ts';

export type Mail = SavedMail | UnreadMail;

export interface SavedMail {
  /** Base name of the file, "-" for standard input; in an mbox with "#" and the mail's number, from 1. */
  readonly file: string;
  /** Cut behind the limit of what is looked at. */
  readonly source: Buffer;
}

export interface UnreadMail {
  /** As it was named, or found in a folder. */
  readonly path: string;
  /** What is wrong with it, in one clause. */
  readonly problem: string;
}

/** Says on standard error what is wrong and what to do; gives the exit code that stands for it. */
export function tellUnread({ path, problem }: UnreadMail): ExitCode {
  tell(`bounced: ${visible(`${path}: ${problem}`)}\n  cure: ${CURE}`);
  return EXIT.dataError;
}

const CURE = 'name .eml files, mbox files, Maildirs, folders of them, or - for standard input';

/** How much of a file shows what it is. */
const HEAD_BYTES = 8 * 1024;
const FIELD_LINE = /^[!-9;-~]{1,200}[ \t]{0,10}:/m;

/** Every mail of a FILE, DIR or "-", in the order of names, and in an mbox in its own. Never rejects. */
export async function* mailsOf(operand: string): AsyncGenerator<Mail> {
  if (operand === '-') {
    yield* mailsIn(operand, process.stdin, 'mbox or one');
    return;
  }
  let paths: readonly string[];
  try {
    paths = (await stat(operand)).isDirectory() ? await mailFilesBelow(operand) : [operand];
  } catch (error) {
    yield unread(operand, error);
    return;
  }
  if (paths.length === 0) {
    yield { path: operand, problem: 'holds no mail: no .eml or .mbox file, nothing in a cur/ or new/ of a Maildir' };
  }
  for (const path of paths) yield* mailsIn(path, createReadStream(path), isOneMail(path) ? 'one' : 'mbox or one');
}

/** .eml and .mbox files in and below a folder, and what lies in cur/ and new/ of Maildirs there; never their tmp/. */
async function mailFilesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const known = new Set(names);
  const isMaildir = (path: string): boolean => known.has(join(path, 'cur')) && known.has(join(path, 'new'));
  // The folder itself may be the cur/ or new/ of one.
  const inMaildir = /^(?:cur|new)$/.test(basename(resolve(folder))) && (await hasMaildirFolders(join(folder, '..')));
  const isMail = (name: string): boolean => {
    const parent = dirname(name);
    if (parent === '.' && inMaildir) return !name.startsWith('.');
    const room =
      /^(?:cur|new|tmp)$/.test(basename(parent)) && isMaildir(dirname(parent)) ? basename(parent) : undefined;
    if (room !== undefined) return room !== 'tmp' && !basename(name).startsWith('.');
    return name.endsWith('.eml') || name.endsWith('.mbox');
  };
  const found = names.filter(isMail).sort();
  // A folder may be named like a file ("Takeout.mbox"): what lies in it is listed by itself.
  const parents = new Set(names.map(name => dirname(name)));
  return found.filter(name => !parents.has(name)).map(name => join(folder, name));
}

/** A saved mail may keep the "From " line it came with, and one in what it returns: its place says that it is one. */
function isOneMail(path: string): boolean {
  return path.endsWith('.eml') || /^(?:cur|new)$/.test(basename(dirname(path)));
}

async function hasMaildirFolders(folder: string): Promise<boolean> {
  const rooms = await Promise.allSettled(['cur', 'new'].map(async room => stat(join(folder, room))));
  return rooms.every(room => room.status === 'fulfilled' && room.value.isDirectory());
}

/** The one mail of a stream, or all of them where it is an mbox. */
async function* mailsIn(
  path: string,
  stream: AsyncIterable<Buffer>,
  holds: 'one' | 'mbox or one',
): AsyncGenerator<Mail> {
  const file = basename(path);
  try {
    const { head, chunks, close } = await peek(stream);
    const problem = problemOf(head);
    if (problem !== undefined) {
      await close();
      yield { path, problem };
    } else if (holds !== 'one' && beginsMbox(head)) yield* numbered(file, mailsOfMbox(chunks));
    else yield { file, source: await upToLimit(chunks) };
  } catch (error) {
    yield unread(path, error);
  }
}

function unread(path: string, error: unknown): UnreadMail {
  return { path, problem: whyUnread(error) };
}

/** What is no mail at all is told, not read as an odd one. */
function problemOf(head: Buffer): string | undefined {
  if (head.length === 0) return 'is empty';
  if (FIELD_LINE.test(head.toString('latin1'))) return undefined;
  const kind = head.includes(0) ? 'a binary file' : 'another text';
  return `is neither a mail nor an mbox but ${kind}: no header field at its beginning`;
}

interface Peeked {
  readonly head: Buffer;
  /** All of the stream, the head included. */
  readonly chunks: AsyncIterable<Buffer>;
  /** For whoever wants no more of it. */
  readonly close: () => Promise<unknown>;
}

async function peek(stream: AsyncIterable<Buffer>): Promise<Peeked> {
  const rest = stream[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const next = await rest.next();
    if (next.done === true) break;
    seen.push(next.value);
    bytes += next.value.length;
  }
  const close = async (): Promise<unknown> => rest.return?.();
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* seen;
      yield* { [Symbol.asyncIterator]: () => rest };
    } finally {
      // Whoever has read enough closes the file.
      await close();
    }
  };
  return { head: Buffer.concat(seen).subarray(0, HEAD_BYTES), chunks: all(), close };
}

async function* mailsOfMbox(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const splitter = mboxSplitter(LIMITS.sourceBytes);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

async function* numbered(file: string, mails: AsyncIterable<Buffer>): AsyncGenerator<SavedMail> {
  let number = 0;
  for await (const source of mails) {
    number += 1;
    yield { file: `${file}#${number}`, source };
  }
}

/** Up to the limit of what is looked at; what is over it shows that it is cut. */
async function upToLimit(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes > LIMITS.sourceBytes) break;
  }
  return Buffer.concat(kept);
}
