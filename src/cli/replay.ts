/**
 * `bounced replay`: mails read again and decided again, from the mailbox or from files. What was overlooked is told the
 * callback; what was told is never told twice. Beside a daemon or without one.
 */
import { openMailbox } from '../mailbox/mailbox.ts';
import type { Mailbox, RawMessage } from '../mailbox/mailbox.ts';
import { rawFromSource } from '../message/message.ts';
import { openReadAhead } from '../read-ahead.ts';
import { openReadingThread } from '../reading-thread.ts';
import { isCandidate } from '../report/words.ts';
import { readOnceMore } from '../reread.ts';
import type { Rereader } from '../reread.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { Config, MailboxConfig } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { stopSignals } from '../runtime/signals.ts';
import { readVersion } from '../runtime/version.ts';
import type { Cursor } from '../shared/cursor.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import { silentLog } from '../shared/silent-log.ts';
import type { Command } from './commands.ts';
import { mailsOf, tellUnread } from './mails.ts';
import { withOutbox } from './on-outbox.ts';
import { chosenMailbox, configPath, readOptions, refuseOperands, usage } from './options.ts';
import { print, printText, tell } from './print.ts';
import { addTo, emptySum, replayLines, replayRecord } from './replay-lines.ts';
import type { ReplayedMail, ReplaySum } from './replay-lines.ts';
import { sinceSeconds } from './since.ts';

const OPTIONS = {
  config: 'string',
  since: 'string',
  uid: 'string',
  file: 'string',
  mailbox: 'string',
  'dry-run': 'boolean',
  json: 'boolean',
} as const;
/** UIDs that one call takes: some hours' work for a mailbox. */
const MOST_UIDS = 100_000;

type Source =
  | { readonly kind: 'since'; readonly sinceSeconds: number }
  | { readonly kind: 'uids'; readonly uids: readonly number[] }
  | { readonly kind: 'file'; readonly path: string };

/** Mails that are read together, and where they lie. */
interface Lot {
  readonly place: Cursor;
  readonly messages: readonly RawMessage[];
  readonly names: readonly string[];
}

/** @throws Fault exit 64 */
export function replayCommand(args: string[]): Command {
  const { values, operands } = readOptions('replay', args, OPTIONS);
  refuseOperands('replay', operands);
  const path = configPath('replay', values.config);
  const source = toSource(values);
  const dryRun = values['dry-run'] === true;
  const show = values.json === true ? asJson : asText;
  return async () => {
    const { config } = await loadConfig(path, readEnv());
    const mailbox = chosenMailbox('replay', config.mailboxes, values.mailbox);
    const { drain } = stopSignals();
    return withOutbox(path, async store => {
      const reading = openReadingThread({ log: silentLog, clock: systemClock });
      const receiver = { user: mailbox.user, authservId: config.provenance.authservId };
      const readAhead = openReadAhead(reading, config.verdict.policy, receiver, systemClock);
      const opened = openMailbox(mailbox, readAhead.interest, {
        log: silentLog,
        clock: systemClock,
        random: Math.random,
      });
      const rereader = { ...rereaderOf(config, mailbox), mailbox: opened, store, readAhead };
      try {
        return await replay(rereader, source, { dryRun, show }, drain);
      } catch (error) {
        throw drain.aborted ? stopped(dryRun) : error;
      } finally {
        await Promise.all([opened.close(), reading.close()]);
      }
    });
  };
}

function rereaderOf(config: Config, mailbox: MailboxConfig): Omit<Rereader, 'mailbox' | 'store' | 'readAhead'> {
  return {
    account: { mailbox: mailbox.name, callback: mailbox.callback, user: mailbox.user },
    settings: { ...config.provenance, maxAgeSeconds: config.verdict.maxAgeSeconds },
    clock: systemClock,
    version: readVersion(),
  };
}

interface Way {
  readonly dryRun: boolean;
  readonly show: (replayed: ReplayedMail, dryRun: boolean) => readonly string[];
}

async function replay(
  rereader: Rereader & { readonly mailbox: Mailbox },
  source: Source,
  { dryRun, show }: Way,
  signal: AbortSignal,
): Promise<ExitCode> {
  const sum = emptySum();
  const seen = new Set<number>();
  let exit: ExitCode = EXIT.ok;
  const unread = (code: ExitCode): void => void (exit = code);
  for await (const { place, messages, names } of lotsOf(source, rereader, signal, unread)) {
    const again = await readOnceMore(rereader, messages, place, signal, { dryRun });
    for (const [index, mail] of again.mails.entries()) {
      const outcome = again.conclusion.outcomes[index];
      if (outcome === undefined) continue;
      const replayed = { name: names[index] ?? '', outcome, mail, again };
      seen.add(mail.uid);
      addTo(sum, replayed);
      for (const line of show(replayed, dryRun)) await (show === asJson ? print : printText)(line);
    }
  }
  tell(`bounced: ${sumWords(sum, dryRun)}`);
  const gone = source.kind === 'uids' ? source.uids.filter(uid => !seen.has(uid)) : [];
  if (gone.length === 0) return exit;
  const words = gone.slice(0, 10).join(', ') + (gone.length > 10 ? ' and more' : '');
  tell(`bounced: not there, or our own sent mail: UID ${words}`);
  return EXIT.dataError;
}

async function* lotsOf(
  source: Source,
  { mailbox, account }: Rereader & { readonly mailbox: Mailbox },
  signal: AbortSignal,
  unread: (exit: ExitCode) => void,
): AsyncGenerator<Lot> {
  if (source.kind === 'file') {
    const place = { mailbox: account.mailbox, folder: '(file)', uidValidity: 0, lastUid: 0 };
    for await (const mail of mailsOf(source.path)) {
      if ('problem' in mail) unread(tellUnread(mail));
      else yield { place, messages: [asFetched(mail.source)], names: [mail.file] };
    }
    return;
  }
  for await (const { messages, cursor } of mailbox.again(source, signal)) {
    yield { place: cursor, messages, names: messages.map(({ uid }) => `UID ${uid}`) };
  }
}

/** As the mailbox would have handed it on. */
function asFetched(source: Buffer): RawMessage {
  const raw = rawFromSource(source);
  return { ...raw, candidate: isCandidate(parseHeaderFields(raw.header)) };
}

function toSource(values: { readonly [Name in 'since' | 'uid' | 'file']?: string }): Source {
  const { since, uid, file } = values;
  const [only, ...others] = [since, uid, file].filter(one => one !== undefined);
  if (only === undefined || others.length > 0) {
    throw usage('replay', 'expected one of --since TIME, --uid N,... and --file FILE');
  }
  if (since !== undefined) {
    return { kind: 'since', sinceSeconds: sinceSeconds('replay', since, systemClock.nowSeconds()) };
  }
  return uid === undefined ? { kind: 'file', path: only } : { kind: 'uids', uids: toUids(uid) };
}

/** "12", "12,15", "12:20" as UIDs, each once, ascending. */
function toUids(text: string): number[] {
  const uids = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*([1-9]\d{0,9})(?::([1-9]\d{0,9}))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || to < from || to - from + uids.size >= MOST_UIDS) {
      throw usage('replay', `--uid expects UIDs such as 12, 12,15 or 12:20 (at most ${MOST_UIDS}), not "${text}"`);
    }
    for (let uid = from; uid <= to; uid += 1) uids.add(uid);
  }
  return [...uids].sort((one, other) => one - other);
}

function stopped(dryRun: boolean): Fault {
  return new Fault(`replay: ended as asked; ${dryRun ? 'nothing was recorded' : 'what is shown above is recorded'}`, {
    code: 'STOPPED',
    retry: 'never',
    hint: 'the same command may be run again: nothing is told twice',
  });
}

function asText(replayed: ReplayedMail, dryRun: boolean): readonly string[] {
  return replayLines(replayed, dryRun);
}

function asJson(replayed: ReplayedMail): readonly string[] {
  return [visible(JSON.stringify(replayRecord(replayed)))];
}

function sumWords(sum: ReplaySum, dryRun: boolean): string {
  const wait = dryRun ? 'would wait' : 'wait';
  const parts = [
    `${sum.mails} mails read: ${sum.new} new, ${sum.known} known, ${sum.forgotten} forgotten`,
    `${sum.events} events ${wait} for the callback, ${sum.held} ${dryRun ? 'would be' : 'are'} held`,
    ...(sum.differing === 0 ? [] : [`${sum.differing} decided otherwise now, and left as recorded`]),
    ...(dryRun ? ['nothing was recorded'] : []),
  ];
  return parts.join('; ');
}
