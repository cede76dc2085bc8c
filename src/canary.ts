/**
 * Canaries: mails that a daemon sends by itself, at the pace that the configuration asks for, to see their bounces come
 * back. Takes one mailbox and the outbox, which notes each; gives nothing back. Never sends one sooner than asked.
 */
import { randomUUID } from 'node:crypto';
import type { Canary, CanaryLog } from './outbox/outbox.ts';
import type { Stations } from './follow.ts';
import type { MailboxConfig } from './runtime/config.ts';
import { asFault } from './shared/fault.ts';
import type { Fault } from './shared/fault.ts';
import type { Log } from './shared/log.ts';
import { hasEnded } from './shared/unless-aborted.ts';
import { nobodysAddress, selfTestMail } from './test-mail.ts';

/** When it is first looked whether one is due, and how often after that. */
const FIRST_MS = 10_000;
const ROUND_MS = 60_000;
/** One that surely was not sent is tried again after so long, or at the pace of canaries where that is faster. */
const RETRY_SECONDS = 3_600;
const SEND_LIMIT_MS = 120_000;
/** How long a bounce may take; also bridges two clocks: ours tells when it was sent, the mailbox's when it came. */
const GRACE_SECONDS = 900;

/** What a person should look at when none comes back. */
export const MISSING_CURE =
  'run "bounced selftest": it follows one on its way; also look into Spam, and whether All Mail is shown in IMAP';

/** What the loop needs. */
export interface CanaryNeeds extends Pick<Stations, 'store' | 'lease' | 'tools' | 'sights'> {
  readonly config: MailboxConfig;
  readonly log: Log;
}

/**
 * Sends canaries when they are due, until the signal aborts; ends at once where none are asked for. A failure is told
 * and counted, and stops nothing. Never rejects.
 */
export async function followCanaries(needs: CanaryNeeds, signal: AbortSignal): Promise<void> {
  const { clock, random } = needs.tools;
  let over = false;
  let waitMs = FIRST_MS;
  while (!over && !signal.aborted) {
    await clock.sleep(waitMs * (0.5 + random()), signal);
    waitMs = ROUND_MS;
    if (hasEnded(signal)) return;
    try {
      await oneRound(needs, signal);
      over = needs.config.canary === undefined;
    } catch (error) {
      needs.log.warn(`the canary could not be tended: ${asFault(error).message}`);
    }
  }
}

/** True where canaries are sent, and the last one should have come back by now. */
export function isMissing({ everySeconds, sentAtSeconds, provenAtSeconds = 0 }: Canary, nowSeconds: number): boolean {
  if (everySeconds === undefined || sentAtSeconds === undefined) return false;
  if (nowSeconds - sentAtSeconds < GRACE_SECONDS) return false;
  return provenAtSeconds < sentAtSeconds - GRACE_SECONDS;
}

async function oneRound(needs: CanaryNeeds, signal: AbortSignal): Promise<void> {
  const { store, lease, config } = needs;
  const nowSeconds = needs.tools.clock.nowSeconds();
  const found = (await store.canaries()).find(({ mailbox }) => mailbox === config.name);
  const kept = found ?? { mailbox: config.name };
  const everySeconds = config.canary?.everySeconds;
  const log = logOf(kept, everySeconds, nowSeconds);
  if (everySeconds !== undefined && isDue(log, everySeconds, nowSeconds)) {
    if (isMissing(kept, nowSeconds)) needs.log.warn('the last canary has not come back', { cure: MISSING_CURE });
    await sendOne(needs, log, nowSeconds, signal);
  } else if (everySeconds !== kept.everySeconds || log.sentAtSeconds !== kept.sentAtSeconds) {
    await store.keepCanary(lease, config.name, log);
  }
}

/** As it stands now: by the configuration in force, and with nothing in the future, where a wrong clock has put it. */
function logOf(kept: Canary, everySeconds: number | undefined, nowSeconds: number): CanaryLog {
  const { triedAtSeconds, sentAtSeconds, fault } = kept;
  return {
    ...(everySeconds === undefined ? {} : { everySeconds }),
    ...(triedAtSeconds === undefined ? {} : { triedAtSeconds: Math.min(triedAtSeconds, nowSeconds) }),
    ...(sentAtSeconds === undefined ? {} : { sentAtSeconds: Math.min(sentAtSeconds, nowSeconds) }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function isDue({ triedAtSeconds, sentAtSeconds }: CanaryLog, everySeconds: number, nowSeconds: number): boolean {
  const afterSent = (sentAtSeconds ?? -Infinity) + everySeconds;
  const afterTried = (triedAtSeconds ?? -Infinity) + Math.min(RETRY_SECONDS, everySeconds);
  return nowSeconds >= Math.max(afterSent, afterTried);
}

async function sendOne(needs: CanaryNeeds, before: CanaryLog, nowSeconds: number, signal: AbortSignal): Promise<void> {
  const { store, lease, config, tools, log } = needs;
  const { fault: _mended, ...last } = before;
  const sent = { ...last, triedAtSeconds: nowSeconds, sentAtSeconds: nowSeconds };
  // Noted before it is sent: whatever ends us now, no second one follows too soon.
  await store.keepCanary(lease, config.name, sent);
  const token = randomUUID();
  const to = config.canary?.to ?? nobodysAddress(token);
  const { messageId, source } = selfTestMail(config.user, to, tools.clock.nowMs(), token);
  try {
    // Only now: a daemon that sends nothing never loads the library.
    const { sendMail } = await import('./runtime/smtp.ts');
    await sendMail(config, { to, source }, AbortSignal.any([signal, AbortSignal.timeout(SEND_LIMIT_MS)]));
    log.info('canary sent', { messageId });
  } catch (error) {
    if (hasEnded(signal)) return;
    const fault = asFault(error);
    tellFailure(needs, fault);
    const trouble = troubleOf(fault, nowSeconds);
    const unsent = { ...before, triedAtSeconds: nowSeconds };
    await store.keepCanary(lease, config.name, { ...(mayBeSent(fault) ? sent : unsent), fault: trouble });
  }
}

/** The line broke, perhaps after the server had taken it. */
function mayBeSent({ code }: Fault): boolean {
  return code === 'CONNECTION_LOST';
}

function tellFailure({ config, sights, log }: CanaryNeeds, { code, message, hint }: Fault): void {
  sights.metrics.canaryFault(config.name, code);
  log.warn(`the canary could not be sent: ${message}`, { code, cure: hint });
}

function troubleOf({ code, message, hint }: Fault, atSeconds: number): NonNullable<CanaryLog['fault']> {
  return { code, message, ...(hint === undefined ? {} : { cure: hint }), atSeconds };
}
