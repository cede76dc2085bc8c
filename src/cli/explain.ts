/**
 * `bounced explain`: why a customer was unsubscribed or not, and the road of each mail behind it. Takes an address, a
 * Message-ID or a saved mail, beside a daemon or without one. Changes nothing, posts nothing.
 */
import { stat } from 'node:fs/promises';
import type { Bounce, Policy } from '../index.ts';
import type { Store, Trace } from '../outbox/outbox.ts';
import { openReadingThread } from '../reading-thread.ts';
import type { ReadingThread } from '../reading-thread.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadPolicy, readEnv } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { isAddress } from '../shared/address.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { headerValue, parseHeaderFields } from '../shared/header-fields.ts';
import { cleanMessageId } from '../shared/message-id.ts';
import { silentLog } from '../shared/silent-log.ts';
import { DEFAULT_POLICY } from '../verdict/words.ts';
import { bounceLines, bounceRecord } from './classify.ts';
import type { Command } from './commands.ts';
import { mailsOf, tellUnread } from './mails.ts';
import type { SavedMail } from './mails.ts';
import { limitOption, withOutbox } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';
import { print, printText } from './print.ts';
import { answerForAddress, answerForMail, ofAddress } from './road-answer.ts';
import type { RoadAnswer } from './road-answer.ts';
import { roadLines, roadRecord } from './road-lines.ts';

const MAILS = 10;

/** What is known of one thing that was asked about. */
interface Told {
  readonly asked: string;
  readonly answer: RoadAnswer;
  /** Oldest first. */
  readonly traces: readonly Trace[];
  /** There are more mails than these. */
  readonly more: boolean;
}

/** @throws Fault exit 64 */
export function explainCommand(args: string[]): Command {
  const { values, operands } = readOptions('explain', args, { config: 'string', json: 'boolean', limit: 'string' });
  const [word, ...others] = operands;
  if (word === undefined || word.trim() === '') throw usage('explain', 'expected an ADDRESS, a MESSAGE-ID or a FILE');
  refuseOperands('explain', others);
  const limit = limitOption('explain', values.limit, MAILS);
  const show = values.json === true ? asJson : asText;
  return async () => {
    if (await isFile(word)) return explainFile(word, values.config, limit, show);
    const config = configPath('explain', values.config);
    const told = await withOutbox(config, store => tell(store, word, limit), 'read');
    if (told === undefined) throw nothing(word);
    await (show === asJson ? print : printText)(show(told));
    return EXIT.ok;
  };
}

/** A word with an "@" may also be the name of a file. */
async function isFile(word: string): Promise<boolean> {
  if (word === '-') return true;
  const isThere = await stat(word).then(
    () => true,
    () => false,
  );
  // What looks like a path is told as a file that is not there.
  return isThere || (!word.startsWith('<') && /^[./~]|\.(?:eml|mbox)$/i.test(word) && !word.includes('@'));
}

/** What the outbox has of it: as an address, else as a Message-ID. Undefined: nothing. */
async function tell(store: Store, word: string, limit: number): Promise<Told | undefined> {
  const bare = word.trim().replace(/^<(.*)>$/, '$1');
  const found = bare === word.trim() && isAddress(word) ? await tellAddress(store, word, limit) : undefined;
  return found ?? tellMail(store, bare, limit);
}

async function tellAddress(store: Store, address: string, limit: number): Promise<Told | undefined> {
  const all = await store.trace({ address }, limit + 1);
  const traces = all.slice(-limit).map(trace => ofAddress(trace, address));
  if (traces.length === 0) return undefined;
  return { asked: address, answer: answerForAddress(address, traces), traces, more: all.length > limit };
}

async function tellMail(store: Store, messageId: string, limit: number): Promise<Told | undefined> {
  const all = await store.trace({ messageId }, limit + 1);
  const traces = all.slice(-limit);
  if (traces.length === 0) return undefined;
  return { asked: `<${messageId}>`, answer: answerForMail(messageId, traces), traces, more: all.length > limit };
}

function asText({ answer, traces, more }: Told): string {
  const now = systemClock.nowSeconds();
  const roads = traces.flatMap(trace => ['', ...roadLines(trace, now)]);
  const rest = more ? ['', 'there are older mails; --limit N shows more'] : [];
  return [visible(answer.text), ...roads, ...rest].join('\n');
}

function asJson({ asked, answer, traces, more }: Told): string {
  return visible(
    JSON.stringify({ asked, fate: answer.fate, answer: answer.text, roads: traces.map(roadRecord), more }),
  );
}

async function explainFile(
  path: string,
  config: string | undefined,
  limit: number,
  show: (told: Told) => string,
): Promise<ExitCode> {
  const policy = config === undefined ? DEFAULT_POLICY : await loadPolicy(config, readEnv());
  const reading = openReadingThread({ log: silentLog, clock: systemClock });
  let exit: ExitCode = EXIT.ok;
  try {
    for await (const mail of mailsOf(path)) {
      if ('problem' in mail) {
        exit = tellUnread(mail);
        continue;
      }
      const told = config === undefined ? 'not asked' : await recorded(config, mail, limit);
      await (show === asJson ? print : printText)(
        await explainMail(mail, { reading, policy, asJson: show === asJson }, told),
      );
    }
  } finally {
    await reading.close();
  }
  return exit;
}

/** Why there is no word about what became of a file's mail. */
type Unknown = 'not asked' | 'nothing';

interface Ways {
  readonly reading: ReadingThread;
  readonly policy: Policy;
  readonly asJson: boolean;
}

async function explainMail({ file, source }: SavedMail, ways: Ways, told: Told | Unknown): Promise<string> {
  const bounce: Bounce = await ways.reading.readFile(source, ways.policy, systemClock.nowSeconds());
  if (ways.asJson) {
    const roads = typeof told === 'string' ? undefined : told.traces.map(roadRecord);
    return visible(JSON.stringify({ ...bounceRecord(file, bounce), originals: bounce.originalMessageIds, roads }));
  }
  const originals = bounce.originalMessageIds.map(id => `<${id}>`).join(', ');
  const lines = bounceLines(file, bounce);
  if (originals !== '') lines.push(visible(`original  ${originals}`));
  if (told === 'not asked') return [...lines, 'proof     not asked: nothing is looked up for a file'].join('\n');
  if (told === 'nothing')
    return [...lines, 'recorded  nothing: the daemon has not read this mail, or has forgotten it'].join('\n');
  return [...lines, '', `recorded: ${asText(told)}`].join('\n');
}

/** What the daemon has made of the same mail. */
async function recorded(config: string, { source }: SavedMail, limit: number): Promise<Told | Unknown> {
  const id = cleanMessageId(headerValue(parseHeaderFields(source), 'message-id') ?? '');
  if (id === undefined) return 'nothing';
  const told = await withOutbox(config, store => tellMail(store, id, limit), 'read').catch((error: unknown) => {
    // A configuration without a daemon is enough to read a file by it.
    if (error instanceof Fault && error.code === 'STORE_MISSING') return undefined;
    throw error;
  });
  const own = told?.traces.filter(({ mail }) => mail?.messageId === id) ?? [];
  return told === undefined || own.length === 0 ? 'nothing' : { ...told, traces: own };
}

function nothing(word: string): Fault {
  return new Fault(visible(`nothing is recorded of ${word}`), {
    code: 'NOTHING_RECORDED',
    retry: 'never',
    exit: EXIT.dataError,
    hint:
      'no bounce of it was read yet, or what became of it is forgotten ([retention] keep); ' +
      '"bounced status" tells how far the mailbox is read; "bounced explain FILE" reads a saved mail',
  });
}
