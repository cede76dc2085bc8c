/**
 * `bounced selftest`: sends a mail that cannot arrive, waits for its bounce, and shows what each station makes of it.
 * Reads the mailbox as the daemon does; records nothing, and posts nothing unless asked.
 */
import { openCourier } from '../callback/callback.ts';
import { openOutbox, outboxPath } from '../open-outbox.ts';
import type { Event } from '../provenance/provenance.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { Config } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { stopSignals } from '../runtime/signals.ts';
import { readVersion } from '../runtime/version.ts';
import { isAddress } from '../shared/address.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import type { Command } from './commands.ts';
import { chosenMailbox, configPath, durationOption, readOptions, refuseOperands, usage } from './options.ts';
import { print, printText } from './print.ts';
import { openProgress } from './progress.ts';
import { cameLines, noneCame, notPosted, selfTestRecord, sentLines, wrongWith } from './selftest-lines.ts';
import type { Posting } from './selftest-lines.ts';
import { placeOf, sendSelfTest, waitForBounce } from './selftest-run.ts';
import type { Came, SelfTestNeeds, Sent, Waited } from './selftest-run.ts';

const OPTIONS = {
  config: 'string',
  mailbox: 'string',
  to: 'string',
  wait: 'string',
  post: 'boolean',
  json: 'boolean',
} as const;
const LONGEST_WAIT_MS = 86_400_000;
const PROGRESS_EVERY_MS = 1_000;
/** Of the outbox in memory that a post passes through. */
const LEASE_SECONDS = 3_600;

/** @throws Fault exit 64 */
export function selftestCommand(args: string[]): Command {
  const { values, operands } = readOptions('selftest', args, OPTIONS);
  refuseOperands('selftest', operands);
  const path = configPath('selftest', values.config);
  const { to, post = false, json = false } = values;
  if (to !== undefined && !isAddress(to)) throw usage('selftest', `--to expects a mail address alone, not "${to}"`);
  const waitMs = durationOption('selftest', 'wait', values.wait, '5m', LONGEST_WAIT_MS);
  return async () => {
    const { config, warnings } = await loadConfig(path, readEnv());
    for (const warning of warnings) process.stderr.write(`warning: ${visible(warning)}\n`);
    const mailbox = chosenMailbox('selftest', config.mailboxes, values.mailbox);
    if (config.provenance.mode === 'off') throw withoutProof();
    const { drain } = stopSignals();
    const needs = { config, mailbox, clock: systemClock, signal: drain };
    const problem = await selfTest(needs, { to, waitMs, post, json });
    if (problem !== undefined) throw problem;
    return EXIT.ok;
  };
}

interface Way {
  readonly to: string | undefined;
  readonly waitMs: number;
  readonly post: boolean;
  readonly json: boolean;
}

/** Prints what was seen; gives what is wrong with it. */
async function selfTest(needs: SelfTestNeeds, { to, waitMs, post, json }: Way): Promise<Fault | undefined> {
  let sent: Sent | undefined;
  try {
    const place = await placeOf(needs);
    const mail = (sent = await sendSelfTest(needs, to));
    if (!json) for (const line of sentLines(mail)) await printText(line);
    const waited = await watching(needs, waitMs, over => waitForBounce(needs, place, mail, over));
    if (needs.signal.aborted && waited.came === undefined) throw stopped(mail);
    const posting = post && waited.came !== undefined ? await postOne(needs, waited.came) : undefined;
    const problem = problemOf(mail, waited, posting, waitMs);
    if (json) await print(visible(JSON.stringify(selfTestRecord(mail, waited, posting, problem))));
    else if (waited.came !== undefined) for (const line of cameLines(waited.came, posting)) await printText(line);
    return problem;
  } catch (error) {
    throw needs.signal.aborted ? stopped(sent) : error;
  }
}

function problemOf(sent: Sent, waited: Waited, posting: Posting | undefined, waitMs: number): Fault | undefined {
  if (waited.came === undefined) return noneCame(sent, waited, waitMs);
  return wrongWith(waited.came) ?? (posting === undefined ? undefined : notPosted(posting));
}

/** Works for so long at most, and shows that it does. */
async function watching<T>(
  { clock, signal }: SelfTestNeeds,
  waitMs: number,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = openProgress(process.stderr, readEnv()['TERM']);
  const done = new AbortController();
  const fromMs = clock.nowMs();
  const tellOn = async (): Promise<void> => {
    while (!done.signal.aborted && !signal.aborted) {
      const passed = Math.round((clock.nowMs() - fromMs) / 1000);
      progress.tell(`waiting for the bounce: ${passed} s of ${waitMs / 1000} s`, clock.nowMs());
      await clock.sleep(PROGRESS_EVERY_MS, done.signal);
    }
  };
  const telling = tellOn();
  try {
    return await work(AbortSignal.timeout(waitMs));
  } finally {
    done.abort();
    await telling;
    progress.clear();
  }
}

/** Through the callback station, by an outbox in memory that is gone afterwards. */
async function postOne({ config, signal }: SelfTestNeeds, { outcome, event }: Came): Promise<Posting | undefined> {
  if (event === undefined) return undefined;
  const store = await openOutbox(outboxPath(undefined), {});
  try {
    const nowSeconds = systemClock.nowSeconds();
    const lease = await store.lease('selftest', nowSeconds, LEASE_SECONDS);
    const cursor = { mailbox: event.mailbox, folder: '(selftest)', uidValidity: 0, lastUid: outcome.uid };
    const outcomes = [{ ...outcome, eventIds: [event.id] }];
    await store.record(lease, { cursor, outcomes, events: [event], held: [], skipped: 0 }, nowSeconds);
    const tools = { store, lease, clock: systemClock, log: silentLog, random: Math.random };
    const callbacks = callbackOf(config, event);
    await openCourier({ ...tools, callbacks, userAgent: `bounced/${readVersion()}` }).deliverDue(signal);
    const kept = await store.show(event.id);
    const answer = kept?.posts.at(-1)?.answer ?? 'no answer';
    return { callback: event.callback, state: kept?.state ?? 'gone', answer };
  } finally {
    await store.close();
  }
}

function callbackOf({ callbacks }: Config, { callback }: Event): Config['callbacks'] {
  return callbacks.filter(({ name }) => name === callback);
}

function withoutProof(): Fault {
  return new Fault('selftest: provenance.mode is "off", so a daemon would post the bounce of a self-test', {
    code: 'NO_PROOF_ASKED',
    retry: 'never',
    exit: EXIT.config,
    hint: 'a self-test is known by its mail in Sent alone: set mode to "required"',
  });
}

function stopped(sent: Sent | undefined): Fault {
  const what = sent === undefined ? 'nothing was sent' : `<${sent.messageId}> was sent`;
  return new Fault(`selftest: ended as asked; ${what}`, {
    code: 'STOPPED',
    retry: 'never',
    hint:
      sent === undefined
        ? 'run it again when you like'
        : 'its bounce may still come; a daemon knows it by its mark and posts nothing',
  });
}
