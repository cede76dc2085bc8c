/**
 * One mailbox followed: chunk by chunk from the stored cursor through the river into the outbox, and held events
 * looked up again. Takes the stations, gives nothing back: what it saw is recorded.
 */
import { openCatchUp } from './catch-up.ts';
import type { CatchUp, Step } from './catch-up.ts';
import type { Courier } from './callback/callback.ts';
import { followCanaries } from './canary.ts';
import type { Chunk, Mailbox, openMailbox } from './mailbox/mailbox.ts';
import type { Lease, Recorded, Store } from './outbox/outbox.ts';
import { proveHeld } from './provenance/provenance.ts';
import type { Account, Event, Held, ProvenanceSettings } from './provenance/provenance.ts';
import { openReadAhead } from './read-ahead.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { ReadingThread } from './reading-thread.ts';
import { lookUp, passDown } from './pass-down.ts';
import { followPuzzles } from './reread.ts';
import type { Conclusion } from './river.ts';
import type { Config } from './runtime/config.ts';
import type { DaemonTools, RunOptions } from './daemon.ts';
import type { Pulse } from './pulse.ts';
import { fullJitterMs } from './shared/backoff.ts';
import type { Cursor } from './shared/cursor.ts';
import { asFault } from './shared/fault.ts';
import type { Gate } from './shared/gate.ts';
import type { Heart } from './shared/heart.ts';
import type { Log } from './shared/log.ts';
import { hasEnded } from './shared/unless-aborted.ts';
import type { Sights } from './sights.ts';

/** What the followers share. */
export interface Stations {
  readonly store: Store;
  readonly lease: Lease;
  readonly courier: Courier;
  /** Where mails are read; all mailboxes share it. */
  readonly reading: ReadingThread;
  readonly openMailbox: typeof openMailbox;
  readonly config: Config;
  readonly tools: DaemonTools;
  readonly pulse: Pulse;
  readonly options: RunOptions;
  readonly sights: Sights;
  /** Lets some mailboxes log in at a time. */
  readonly logins: Gate;
}

type MailboxConfig = Config['mailboxes'][number];

/** One mailbox with all that its chunks need. */
interface Follower extends Stations {
  readonly mailbox: Mailbox;
  readonly account: Account;
  readonly settings: ProvenanceSettings;
  readonly readAhead: ReadAhead;
  readonly log: Log;
  readonly heart: Heart;
  readonly catchUp: CatchUp;
}

const UNREADABLE_CURE =
  'it is sought again once a day for two weeks; or save it in another mail program and give it to "bounced replay --file"';
const BACKOFF = { baseMs: 1_000, capMs: 300_000 };
/** With `once`, how often a chunk may fail before giving up. */
const ONCE_TRIES = 3;
/** Held events: how often due ones are sought, how often each is looked up, for how long, and how many at a time. */
const HELD_ROUND_MS = 60_000;
const HELD_EVERY_SECONDS = 3_600;
const HELD_FOR_SECONDS = 7 * 86_400;
const HELD_AT_ONCE = 200;

/**
 * Follows the mailbox until the signal aborts or, with `once`, until it is caught up. Failures that may pass are
 * retried with full jitter; rejects with a Fault when a person must act first.
 */
export async function followMailbox(config: MailboxConfig, stations: Stations, signal: AbortSignal): Promise<void> {
  const log = stations.tools.log.with({ mailbox: config.name });
  const { clock, random } = stations.tools;
  const { logins } = stations;
  const { policy, maxAgeSeconds } = stations.config.verdict;
  const { provenance } = stations.config;
  const receiver = { user: config.user, authservId: provenance.authservId };
  const readAhead = openReadAhead(stations.reading, policy, receiver, clock);
  const heart = heartOf(stations.pulse, config);
  const budget = stations.sights.budgetOf(config.name, config.dailyBytes);
  const mailbox = stations.openMailbox(config, readAhead.interest, {
    log,
    clock,
    random,
    heart,
    logins,
    meter: budget,
  });
  const catchUp = openCatchUp(config.name, clock, log, budget, stations.tools.draw);
  stations.sights.follow(config.name, mailbox, catchUp);
  const follower: Follower = {
    ...stations,
    mailbox,
    log,
    heart,
    catchUp,
    account: { mailbox: config.name, callback: config.callback, user: config.user },
    settings: { ...provenance, maxAgeSeconds },
    readAhead,
  };
  const ended = new AbortController();
  const beside = stations.options.once ? [] : loopsBeside(follower, config, AbortSignal.any([signal, ended.signal]));
  try {
    await followChunks(follower, signal);
    if (stations.options.once && !signal.aborted) await lookAgain(follower, signal);
  } finally {
    ended.abort();
    await Promise.all(beside);
    stations.tools.draw?.(config.name, undefined);
    await mailbox.close();
  }
}

/** What is done for a mailbox while it is followed. A rehearsal sends nothing. */
function loopsBeside(follower: Follower, config: MailboxConfig, signal: AbortSignal): Promise<void>[] {
  const loops = [followHeld(follower, signal), followOldPuzzles(follower, signal)];
  return follower.options.dryRun ? loops : [...loops, followCanaries({ ...follower, config }, signal)];
}

/** What the watchdog is told of this mailbox. */
export function heartOf(pulse: Pulse, { name }: MailboxConfig): Heart {
  return pulse.heart(`mailbox ${name}`);
}

async function followChunks(follower: Follower, signal: AbortSignal): Promise<void> {
  const { mailbox, store, account, options } = follower;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const how = { once: options.once, looksUp: follower.settings.mode !== 'off' };
      const chunks = mailbox.watch(folder => store.cursor(account.mailbox, folder), signal, how);
      for await (const chunk of chunks) {
        await passOn(follower, chunk, signal);
        follower.heart.beat();
        failures = 0;
      }
      return;
    } catch (error) {
      if (hasEnded(signal)) return;
      failures += 1;
      await pauseAfter(error, failures, follower, signal);
    }
  }
}

/** One chunk down the river; the cursor moves in the transaction that stores what was decided. */
async function passOn(follower: Follower, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const { store, lease, account, tools } = follower;
  const nowSeconds = tools.clock.nowSeconds();
  const conclusion = await passDown(follower, chunk.messages, nowSeconds, signal);
  const { cursor, skipped } = chunk;
  const recorded = await store.record(lease, { ...conclusion, cursor, skipped, readBy: tools.version }, nowSeconds);
  follower.sights.passed(account.mailbox, chunk, conclusion, recorded);
  tell(follower, conclusion, chunk, recorded);
  follower.catchUp.note(stepOf(conclusion, chunk, recorded));
  if (recorded.newEventIds.length > 0) follower.courier.wake();
}

function stepOf({ outcomes }: Conclusion, { messages, skipped, left }: Chunk, { newUids }: Recorded): Step {
  const isNew = new Set(newUids);
  let bounces = 0;
  for (const { uid, kind } of outcomes) if (kind === 'failure' && isNew.has(uid)) bounces += 1;
  return { looked: messages.length + skipped, left, bounces };
}

/** Mails that no reader of an earlier version understood are read again, quietly, beside the new ones. */
async function followOldPuzzles(follower: Follower, signal: AbortSignal): Promise<void> {
  const { mailbox, store, account, tools, log } = follower;
  const { clock, version, random } = tools;
  const placeOf = async (): Promise<Cursor | undefined> => {
    const { folder } = mailbox.state();
    return folder === undefined ? undefined : store.cursor(account.mailbox, folder);
  };
  await followPuzzles({ ...follower, clock, version }, placeOf, log, random, signal, ({ conclusion, mails }) => {
    const newIds = new Set(mails.flatMap(({ newEventIds, newHeldIds }) => [...newEventIds, ...newHeldIds]));
    log.info('read again what was not understood', { mails: mails.length, events: newIds.size });
    conclusion.events.filter(event => newIds.has(event.id)).forEach(event => tellEvent(follower, event));
    conclusion.held.filter(held => newIds.has(held.id)).forEach(held => tellHeld(follower, held));
    if (newIds.size > 0) follower.courier.wake();
  });
}

async function followHeld(follower: Follower, signal: AbortSignal): Promise<void> {
  const { clock, random } = follower.tools;
  while (!signal.aborted) {
    await clock.sleep(HELD_ROUND_MS * (0.5 + random()), signal);
    if (hasEnded(signal)) return;
    try {
      await lookAgain(follower, signal);
    } catch (error) {
      follower.log.warn(`held events could not be looked up again: ${asFault(error).message}`);
    }
  }
}

/** Looks held events up again whose time has come; what is proven now goes to the courier. */
async function lookAgain(follower: Follower, signal: AbortSignal): Promise<void> {
  const { store, lease, account, settings, tools } = follower;
  const nowSeconds = tools.clock.nowSeconds();
  const due = await store.heldDue(account.mailbox, nowSeconds, HELD_AT_ONCE);
  if (due.length === 0) return;
  const found = await lookUp(follower, [...new Set(due.flatMap(held => held.originalMessageIds))], signal);
  const proven: Event[] = [];
  const still: { id: string; missing: string; nextAtSeconds: number | undefined }[] = [];
  for (const held of due) {
    const result = proveHeld(held, found, account.user, settings);
    const last = nowSeconds - held.heldAtSeconds >= HELD_FOR_SECONDS;
    if (!('missing' in result)) proven.push(result);
    else {
      const nextAtSeconds = last ? undefined : nowSeconds + HELD_EVERY_SECONDS;
      still.push({ id: held.id, missing: result.missing, nextAtSeconds });
    }
  }
  await store.settleHeld(lease, proven, still, nowSeconds);
  for (const event of proven) tellEvent(follower, event);
  if (proven.length > 0) follower.courier.wake();
}

async function pauseAfter(error: unknown, failures: number, follower: Follower, signal: AbortSignal): Promise<void> {
  const fault = asFault(error);
  const { clock, random } = follower.tools;
  follower.sights.failed(follower.account.mailbox, fault);
  // The mailbox has been asked some times by now; where minutes are demanded, nobody waits for them at a prompt.
  const tooOften = follower.options.once && (failures >= ONCE_TRIES || fault.waitMs !== undefined);
  if (fault.retry === 'never' || tooOften) throw fault;
  const waitMs = Math.max(fault.waitMs ?? 0, fullJitterMs(BACKOFF, failures, random()));
  follower.log.warn(fault.message, { code: fault.code, retryInSeconds: Math.ceil(waitMs / 1000), cure: fault.hint });
  follower.heart.beat(waitMs);
  await clock.sleep(waitMs, signal);
}

function tell(follower: Follower, conclusion: Conclusion, chunk: Chunk, recorded: Recorded): void {
  // A mail that is read again, as after a restart, is not told again.
  const isNew = new Set(recorded.newUids);
  for (const outcome of conclusion.outcomes) {
    if (!isNew.has(outcome.uid)) continue;
    const { uid, kind, because, reader } = outcome;
    follower.log.debug('mail', { uid, kind, because, reader });
    if (outcome.selfTest === true) follower.log.info('a self-test has come back: bounces reach us', { uid });
    if (kind === 'unreadable') follower.log.warn('a mail is passed over', { uid, because, cure: UNREADABLE_CURE });
    for (const verdict of outcome.verdicts) {
      const { recipient: address, reason, status, replyCode } = verdict;
      const { about } = verdict;
      follower.log.info('bounce', { uid, address, verdict: verdict.verdict, reason, about, status, replyCode, reader });
    }
  }
  const newIds = new Set([...recorded.newEventIds, ...recorded.newHeldIds]);
  for (const event of conclusion.events) if (newIds.has(event.id)) tellEvent(follower, event);
  for (const held of conclusion.held) if (newIds.has(held.id)) tellHeld(follower, held);
  if (isNew.size === 0 && chunk.skipped === 0) return;
  follower.log.info('recorded', {
    mails: isNew.size,
    events: recorded.newEventIds.length,
    held: recorded.newHeldIds.length,
    ownMailSkipped: chunk.skipped,
    lastUid: chunk.cursor.lastUid,
  });
}

function tellEvent(follower: Follower, event: Event): void {
  const { address, verdict, proof, tsSeconds } = event;
  follower.log.debug('event', { address, verdict, proof, tsSeconds });
  if (follower.options.dryRun)
    follower.tools.print(`would post ${verdict}bounce ${address} ts=${tsSeconds} proof=${proof}`);
}

function tellHeld(follower: Follower, held: Held): void {
  const { address, verdict, missing } = held;
  follower.log.warn('held: not proven', { address, verdict, missing });
  if (follower.options.dryRun) follower.tools.print(`would hold ${verdict}bounce ${address}: ${missing}`);
}
