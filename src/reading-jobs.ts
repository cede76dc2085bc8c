/**
 * What the main thread and the reading thread say to each other, and the reading thread's loop. Takes mails from a
 * port, some at a time, reads one after the other, gives one answer for each; knows the readers only by what it is
 * handed.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Bounce, ReadOptions } from './index.ts';
import type { FetchedPart, RawMessage } from './mailbox/mailbox.ts';
import type { Receiver } from './provenance/provenance.ts';
import type { ReadMail } from './river.ts';
import type { Policy } from './verdict/verdict.ts';

const NOTHING = Buffer.alloc(0);

/** Mails to read, or how verdicts are reached from now on: that is told before the first mail. */
export type Job =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | {
      readonly kind: 'mails';
      readonly mails: readonly PackedMail[];
      readonly bytes: Uint8Array;
      /** Of all of them; undefined for files. */
      readonly receiver?: Receiver;
    };

/** What is to be read. */
export type MailToRead =
  | { readonly kind: 'mail'; readonly raw: RawMessage; readonly nowSeconds: number; readonly receiver: Receiver }
  | { readonly kind: 'file'; readonly source: Buffer; readonly nowSeconds: number };

/**
 * A mail as it is sent, for each object and each memory costs time on both sides: of its bytes the lengths only. The
 * bytes of all mails lie one behind another.
 */
interface PackedMail {
  /** Undefined for a file; of a mail what its reading asks for. */
  readonly raw?: Omit<RawMessage, 'header' | 'parts' | 'source' | 'messageId' | 'problem'> & {
    readonly parts: readonly PackedPart[] | undefined;
  };
  /** Of the header, each part, then the source; of a file its own. */
  readonly lengths: readonly number[];
  readonly nowSeconds: number;
}

type PackedPart = Omit<FetchedPart, 'bytes'>;

/** What the thread says: that it is ready, then one answer for each mail of a job. */
export type Word = { readonly kind: 'ready' } | { readonly kind: 'answers'; readonly answers: readonly Answer[] };

/** What became of a mail; `failed` when the reader threw, which it never should. */
export type Answer =
  | { readonly kind: 'mail'; readonly mail: Omit<ReadMail, 'raw'> }
  | { readonly kind: 'file'; readonly bounce: Bounce }
  | { readonly kind: 'failed'; readonly because: string };

/** The pure stations, as the thread's entry hands them in. */
export interface Readers {
  readonly readMails: (
    raws: readonly RawMessage[],
    policy: Policy,
    nowSeconds: number,
    receiver: Receiver,
  ) => Promise<readonly ReadMail[]>;
  readonly readBounce: (source: Buffer, options: ReadOptions) => Promise<Bounce>;
}

/** Answers the mails that come through the port; says "ready" first. */
export function serveJobs(port: MessagePort, readers: Readers): void {
  const say = (word: Word, moved: readonly ArrayBuffer[] = []): void => port.postMessage(word, moved);
  let policy: Policy | undefined;
  const take = async (job: Job): Promise<void> => {
    if (job.kind === 'policy') policy = job.policy;
    else {
      const answers = await answersTo(unpacked(job), policy, readers);
      say({ kind: 'answers', answers }, [inOneMemory(answers)]);
    }
  };
  let last = Promise.resolve();
  port.on('message', (job: Job) => {
    last = last.then(() => take(job));
  });
  say({ kind: 'ready' });
}

/**
 * The job of reading these mails, all of one receiver, and the memory that can be moved to the thread instead of being
 * copied once more.
 */
export function packed(mails: readonly MailToRead[]): { readonly job: Job; readonly moved: ArrayBuffer } {
  const pieces = mails.map(bytesOf);
  const all = pieces.flat();
  const bytes = Buffer.allocUnsafeSlow(all.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of all) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const [first] = mails;
  const job: Job = {
    kind: 'mails',
    mails: mails.map((mail, index) => packedMail(mail, pieces[index] ?? [])),
    bytes,
    ...(first?.kind === 'mail' ? { receiver: first.receiver } : {}),
  };
  return { job, moved: bytes.buffer };
}

/** The bytes of its header, of its parts, of its source. */
export function bytesOf(mail: MailToRead): readonly Buffer[] {
  if (mail.kind === 'file') return [mail.source];
  const { header, parts = [], source } = mail.raw;
  return [header, ...parts.map(part => part.bytes), ...(source === undefined ? [] : [source])];
}

function packedMail(mail: MailToRead, pieces: readonly Buffer[]): PackedMail {
  const lengths = pieces.map(piece => piece.length);
  if (mail.kind === 'file') return { lengths, nowSeconds: mail.nowSeconds };
  const { uid, identity, internalDateSeconds, sizeBytes, candidate, structure, truncated } = mail.raw;
  const parts = mail.raw.parts?.map(toldOf);
  const raw = { uid, identity, internalDateSeconds, sizeBytes, candidate, structure, truncated, parts };
  return { raw, lengths, nowSeconds: mail.nowSeconds };
}

function toldOf({ path, section, truncated }: FetchedPart): PackedPart {
  return { path, section, truncated };
}

function unpacked({ mails, bytes, receiver }: Extract<Job, { kind: 'mails' }>): MailToRead[] {
  let at = 0;
  const next = (length: number): Buffer => {
    at += length;
    // Structured clone knows no Buffer: they arrive as a plain Uint8Array.
    return Buffer.from(bytes.buffer, bytes.byteOffset + at - length, length);
  };
  return mails.map(({ raw, lengths, nowSeconds }): MailToRead => {
    const [first = NOTHING, ...pieces] = lengths.map(next);
    if (raw === undefined || receiver === undefined) return { kind: 'file', source: first, nowSeconds };
    const { uid, identity, internalDateSeconds, sizeBytes, candidate, structure, truncated, parts: told } = raw;
    const parts = told?.map(({ path, section, truncated: isCut }, index) => {
      return { path, section, bytes: pieces[index] ?? NOTHING, truncated: isCut };
    });
    const content = { header: first, structure, parts, source: pieces[told?.length ?? 0] };
    const whole = { uid, identity, internalDateSeconds, sizeBytes, candidate, truncated, ...content };
    return { kind: 'mail', raw: whole, nowSeconds, receiver };
  });
}

async function answersTo(
  mails: readonly MailToRead[],
  policy: Policy | undefined,
  readers: Readers,
): Promise<readonly Answer[]> {
  const together = mails.length < 2 ? undefined : await answersTogether(mails, policy, readers).catch(() => undefined);
  if (together !== undefined) return together;
  const answers: Answer[] = [];
  for (const mail of mails) answers.push(await answerTo(mail, policy, readers));
  return answers;
}

/** Undefined where they are not all of the kind that is read together; rejects where the reader throws over one. */
async function answersTogether(
  mails: readonly MailToRead[],
  policy: Policy | undefined,
  { readMails }: Readers,
): Promise<readonly Answer[] | undefined> {
  const [one] = mails;
  if (policy === undefined || one?.kind !== 'mail') return undefined;
  const { nowSeconds, receiver } = one;
  const raws = mails.flatMap(mail => (mail.kind === 'mail' && mail.nowSeconds === nowSeconds ? [mail.raw] : []));
  if (raws.length < mails.length) return undefined;
  return (await readMails(raws, policy, nowSeconds, receiver)).map(answerOf);
}

async function answerTo(
  job: MailToRead,
  policy: Policy | undefined,
  { readMails, readBounce }: Readers,
): Promise<Answer> {
  try {
    if (policy === undefined) throw new Error('no policy was told');
    if (job.kind === 'file') {
      return { kind: 'file', bounce: await readBounce(job.source, { policy, nowSeconds: job.nowSeconds }) };
    }
    const [mail] = await readMails([job.raw], policy, job.nowSeconds, job.receiver);
    if (mail === undefined) throw new Error('it gave no answer');
    return answerOf(mail);
  } catch (error) {
    return { kind: 'failed', because: error instanceof Error ? error.message : String(error) };
  }
}

/** Moves what the verdicts hold as bytes into one memory, which can be moved to the other side as it is. */
function inOneMemory(answers: readonly Answer[]): ArrayBuffer {
  const held: { whole: Uint8Array }[] = [];
  for (const answer of answers) {
    if (answer.kind !== 'mail') continue;
    for (const ruling of answer.mail.verdicts) if ('whole' in ruling) held.push(ruling);
  }
  const memory = new Uint8Array(held.reduce((sum, { whole }) => sum + whole.length, 0));
  let at = 0;
  for (const one of held) {
    memory.set(one.whole, at);
    one.whole = memory.subarray(at, at + one.whole.length);
    at += one.whole.length;
  }
  return memory.buffer;
}

function answerOf({ raw: _, ...mail }: ReadMail): Answer {
  return { kind: 'mail', mail };
}
