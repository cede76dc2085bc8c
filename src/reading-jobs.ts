/**
 * What the main thread and the reading thread say to each other, and the reading thread's loop. Takes mails from a
 * port, some at a time, reads one after the other, gives one answer for each; knows the readers only by what it is
 * handed.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Bounce, ReadOptions } from './index.ts';
import type { RawMessage } from './mailbox/mailbox.ts';
import type { ReadMail } from './river.ts';
import type { Policy } from './verdict/verdict.ts';

/** Mails to read, or how verdicts are reached from now on: that is told before the first mail. */
export type Job =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'mails'; readonly mails: readonly MailToRead[] };

/** Bytes arrive as plain Uint8Arrays: structured clone knows no Buffer. */
export type MailToRead =
  | { readonly kind: 'mail'; readonly raw: RawMessage; readonly nowSeconds: number }
  | { readonly kind: 'file'; readonly source: Uint8Array; readonly nowSeconds: number };

/** What the thread says: that it is ready, then one answer for each mail of a job. */
export type Word = { readonly kind: 'ready' } | { readonly kind: 'answers'; readonly answers: readonly Answer[] };

/** What became of a mail; `failed` when the reader threw, which it never should. */
export type Answer =
  | { readonly kind: 'mail'; readonly mail: Omit<ReadMail, 'raw'> }
  | { readonly kind: 'file'; readonly bounce: Bounce }
  | { readonly kind: 'failed'; readonly because: string };

/** The pure stations, as the thread's entry hands them in. */
export interface Readers {
  readonly readMail: (raw: RawMessage, policy: Policy, nowSeconds: number) => Promise<ReadMail>;
  readonly readBounce: (source: Buffer, options: ReadOptions) => Promise<Bounce>;
}

/** Answers the mails that come through the port; says "ready" first. */
export function serveJobs(port: MessagePort, readers: Readers): void {
  const say = (word: Word): void => port.postMessage(word);
  let policy: Policy | undefined;
  port.on('message', (job: Job) => {
    if (job.kind === 'policy') policy = job.policy;
    else void answersTo(job.mails, policy, readers).then(answers => say({ kind: 'answers', answers }));
  });
  say({ kind: 'ready' });
}

/** The bytes in memory of their own, which can be moved to another thread instead of being copied once more. */
export function ownBytes(bytes: Uint8Array): Buffer {
  const own = Buffer.alloc(bytes.length);
  own.set(bytes);
  return own;
}

/** The mail with bytes of its own, and all memory that can be moved with it. */
export function packed(raw: RawMessage): { readonly raw: RawMessage; readonly moved: ArrayBuffer[] } {
  const own = withBytes(raw, ownBytes);
  const all = [...(own.parts ?? []).map(part => part.bytes), ...(own.source === undefined ? [] : [own.source])];
  return { raw: own, moved: all.map(bytes => bytes.buffer as ArrayBuffer) };
}

async function answersTo(
  mails: readonly MailToRead[],
  policy: Policy | undefined,
  readers: Readers,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const mail of mails) answers.push(await answerTo(mail, policy, readers));
  return answers;
}

async function answerTo(
  job: MailToRead,
  policy: Policy | undefined,
  { readMail, readBounce }: Readers,
): Promise<Answer> {
  try {
    if (policy === undefined) throw new Error('no policy was told');
    if (job.kind === 'file') {
      const bounce = await readBounce(asBuffer(job.source), { policy, nowSeconds: job.nowSeconds });
      return { kind: 'file', bounce };
    }
    const { raw: _, ...mail } = await readMail(withBytes(job.raw, asBuffer), policy, job.nowSeconds);
    return { kind: 'mail', mail };
  } catch (error) {
    return { kind: 'failed', because: error instanceof Error ? error.message : String(error) };
  }
}

function withBytes(raw: RawMessage, change: (bytes: Uint8Array) => Buffer): RawMessage {
  const parts = raw.parts?.map(part => ({ ...part, bytes: change(part.bytes) }));
  const source = raw.source === undefined ? undefined : change(raw.source);
  return { ...raw, ...(parts === undefined ? {} : { parts }), ...(source === undefined ? {} : { source }) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
