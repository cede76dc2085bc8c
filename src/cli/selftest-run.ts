/**
 * One self-test: sends a mail that is to bounce, follows the mailbox until its bounce comes, and takes it down the
 * river as a daemon would. Takes a mailbox of the configuration, gives what each station saw. Records nothing.
 */
import { randomUUID } from 'node:crypto';
import { openMailbox } from '../mailbox/mailbox.ts';
import type { Mailbox, MailboxTrouble, RawMessage, SentLookup, SentMail } from '../mailbox/mailbox.ts';
import type { MessageOutcome } from '../outbox/outbox.ts';
import { lookUp } from '../pass-down.ts';
import type { Event, Held } from '../provenance/provenance.ts';
import { openReadingThread } from '../reading-thread.ts';
import type { ReadingThread } from '../reading-thread.ts';
import { CANDIDATE_FIELDS, isCandidate, isReport, wantedParts } from '../report/words.ts';
import { conclude, originalIds } from '../river.ts';
import type { ReadMail } from '../river.ts';
import type { Config, MailboxConfig } from '../runtime/config.ts';
import { sendMail } from '../runtime/smtp.ts';
import type { Clock } from '../shared/clock.ts';
import type { Cursor } from '../shared/cursor.ts';
import { Fault } from '../shared/fault.ts';
import { headerValues, parseHeaderFields } from '../shared/header-fields.ts';
import { cleanMessageIds } from '../shared/message-id.ts';
import { silentLog } from '../shared/silent-log.ts';
import { nobodysAddress, selfTestMail } from '../test-mail.ts';

export interface Sent {
  readonly to: string;
  /** Without brackets. */
  readonly messageId: string;
  /** The server's last word. */
  readonly answer: string;
  readonly atMs: number;
}

/** The bounce, and what the stations made of it. */
export interface Came {
  readonly folder: string;
  readonly uidValidity: number;
  readonly afterMs: number;
  readonly mail: ReadMail;
  readonly found: SentLookup;
  /** What a daemon records of it. */
  readonly outcome: MessageOutcome;
  /** What it would be if the mail that bounced were a customer's: the event that would be posted, or held ... */
  readonly event?: Event;
  readonly held?: Held;
  /** ... or neither, and what became of it instead. */
  readonly otherwise: MessageOutcome;
}

export interface Waited {
  /** Undefined: none came within the time. */
  readonly came?: Came;
  /** Reports came that say no more than that it takes long. */
  readonly delays: number;
  /** The last trouble of the connection. */
  readonly trouble?: MailboxTrouble;
}

export interface SelfTestNeeds {
  readonly config: Config;
  readonly mailbox: MailboxConfig;
  readonly clock: Clock;
  /** Aborts when a person has had enough. */
  readonly signal: AbortSignal;
}

const SEND_LIMIT_MS = 120_000;
/** How often to look beside IDLE: a person waits. */
const POLL_MS = 10_000;

/** Where new mail will lie. Rejects with a Fault when the mailbox cannot be entered: before anything is sent. */
export async function placeOf(needs: SelfTestNeeds): Promise<Cursor> {
  const { signal } = needs;
  const mailbox = openQuick(needs);
  try {
    const never = () => Promise.resolve(undefined);
    for await (const { cursor } of mailbox.watch(never, signal, { once: true })) return cursor;
    throw new Fault('the mailbox was left before it was seen', { code: 'STOPPED', retry: 'later', hint: 'try again' });
  } finally {
    await mailbox.close();
  }
}

/** Sends it. @param to instead of an address that nobody can have. Rejects with a Fault. */
export async function sendSelfTest(needs: SelfTestNeeds, to: string | undefined): Promise<Sent> {
  const { mailbox, clock, signal } = needs;
  const token = randomUUID();
  const address = to ?? nobodysAddress(token);
  const { messageId, source } = selfTestMail(mailbox.user, address, clock.nowMs(), token);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SEND_LIMIT_MS)]);
  const answer = await sendMail(mailbox, { to: address, source }, limited);
  return { to: address, messageId, answer, atMs: clock.nowMs() };
}

/** Follows the mailbox from that place until the bounce has come, or the time is over. */
export async function waitForBounce(
  needs: SelfTestNeeds,
  place: Cursor,
  sent: Sent,
  over: AbortSignal,
): Promise<Waited> {
  const { signal, clock } = needs;
  const mailbox = openQuick(needs);
  const reading = openReadingThread({ log: silentLog, clock });
  let cursor = place;
  let delays = 0;
  try {
    const either = AbortSignal.any([signal, over]);
    for await (const chunk of mailbox.watch(() => Promise.resolve(cursor), either)) {
      cursor = chunk.cursor;
      const afterMs = clock.nowMs() - sent.atMs;
      const { mail, late } = await bounceAmong(chunk.messages, sent, needs, reading);
      delays += late;
      if (mail === undefined) continue;
      return { came: { afterMs, ...(await takeDown(mail, cursor, needs, mailbox)) }, delays };
    }
    const { fault } = mailbox.state();
    return { delays, ...(fault === undefined ? {} : { trouble: fault }) };
  } finally {
    await Promise.all([mailbox.close(), reading.close()]);
  }
}

function openQuick({ mailbox, clock }: SelfTestNeeds): Mailbox {
  const interest = { fields: CANDIDATE_FIELDS, isCandidate, wantedParts };
  // Of the past nothing is wanted.
  const settings = { ...mailbox, backfillDays: 0, pollMs: Math.min(mailbox.pollMs, POLL_MS) };
  return openMailbox(settings, interest, { log: silentLog, clock, random: Math.random });
}

/** The bounce of this very mail: by what its report says, or, where nobody understands it, by its header. */
async function bounceAmong(
  messages: readonly RawMessage[],
  { messageId }: Sent,
  { config, mailbox, clock }: SelfTestNeeds,
  reading: ReadingThread,
): Promise<{ mail?: ReadMail; late: number }> {
  let late = 0;
  const receiver = { user: mailbox.user, authservId: config.provenance.authservId };
  for (const raw of messages.filter(({ candidate }) => candidate)) {
    const mail = await reading.read(raw, config.verdict.policy, clock.nowSeconds(), receiver);
    if (!speaksOf(mail, messageId)) continue;
    if (mail.reading.kind !== 'delay') return { mail, late };
    late += 1;
  }
  return { late };
}

function speaksOf({ raw, reading }: ReadMail, messageId: string): boolean {
  if (isReport(reading)) return reading.originalMessageIds.includes(messageId);
  const fields = parseHeaderFields(raw.header);
  const answered = ['in-reply-to', 'references'].flatMap(name => headerValues(fields, name));
  return answered.flatMap(cleanMessageIds).includes(messageId);
}

async function takeDown(
  mail: ReadMail,
  { folder, uidValidity }: Cursor,
  needs: SelfTestNeeds,
  mailbox: Mailbox,
): Promise<Omit<Came, 'afterMs'>> {
  const { config, clock, signal } = needs;
  const { name, callback, user } = needs.mailbox;
  const account = { mailbox: name, callback, user };
  const settings = { ...config.provenance, maxAgeSeconds: config.verdict.maxAgeSeconds };
  const found = await lookUp({ mailbox, settings }, originalIds([mail]), signal);
  const nowSeconds = clock.nowSeconds();
  const known = conclude([mail], found, account, settings, nowSeconds);
  const asCustomers = { ...settings, onlyCampaignMail: false };
  const customer = conclude([mail], unmarked(found), account, asCustomers, nowSeconds);
  const [event] = customer.events;
  const [held] = customer.held;
  return {
    ...{ folder, uidValidity, mail, found },
    outcome: only(known.outcomes),
    otherwise: only(customer.outcomes),
    ...(event === undefined ? {} : { event }),
    ...(held === undefined ? {} : { held }),
  };
}

/** As if the mails in Sent were any mails. */
function unmarked({ searched, mails }: SentLookup): SentLookup {
  const plain = [...mails].map(([id, { isSelfTest: _mark, ...mail }]): [string, SentMail] => [id, mail]);
  return { searched, mails: new Map(plain) };
}

/** One mail has one outcome. */
function only<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('no outcome');
  return one;
}
