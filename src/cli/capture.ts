/**
 * `bounced capture`: a mail, saved or in the mailbox, made fit to be shared. Writes NAME.eml and NAME.json, or says why
 * not and writes nothing; never over what is there. Changes nothing in the mailbox.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureMail } from '../capture/capture.ts';
import type { Capture } from '../capture/capture.ts';
import { openReadingThread } from '../reading-thread.ts';
import type { ReadingThread } from '../reading-thread.ts';
import { CANDIDATE_FIELDS } from '../report/words.ts';
import { systemClock } from '../runtime/clock.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { DEFAULT_POLICY } from '../verdict/words.ts';
import type { Command } from './commands.ts';
import { mailsOf, tellUnread } from './mails.ts';
import { chosenMailbox, configPath, readOptions, usage } from './options.ts';
import { print, printText } from './print.ts';

const OPTIONS = {
  out: 'string',
  name: 'string',
  keep: 'string',
  uid: 'string',
  config: 'string',
  mailbox: 'string',
  json: 'boolean',
} as const;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Later than every date in a mail: no time of reading is written into the expectation. */
const ANY_TIME_SECONDS = 4_000_000_000;
/** Of what is still there, so many are shown. */
const SHOWN = 12;

type Made = Extract<Capture, { kind: 'captured' }>;
type Refused = Extract<Capture, { kind: 'refused' }>;

interface Target {
  readonly folder: string;
  readonly name: string | undefined;
}

/** @throws Fault exit 64 */
export function captureCommand(args: string[]): Command {
  const { values, operands } = readOptions('capture', args, OPTIONS);
  const [file, ...others] = operands;
  if (others.length > 0) throw usage('capture', 'takes one mail at a time');
  if ((file === undefined) === (values.uid === undefined)) throw usage('capture', 'expected one FILE, -, or --uid N');
  if (values.name !== undefined && !NAME.test(values.name)) {
    throw usage('capture', '--name expects letters, digits, "-", "_" and ".", such as mailbox-full');
  }
  const target = { folder: values.out ?? '.', name: values.name };
  const keep = (values.keep ?? '').split(/[\s,]+/).filter(word => word !== '');
  const source = file === undefined ? byUid(values.uid ?? '', values) : () => fromFile(file);
  return async () => {
    const mail = await source();
    if (!Buffer.isBuffer(mail)) return mail;
    const reading = openReadingThread({ log: silentLog, clock: systemClock });
    try {
      const capture = await captureMail(mail, { read: readIn(reading), salt: randomBytes(32).toString('hex'), keep });
      return await (capture.kind === 'refused'
        ? tellRefused(capture)
        : keepMade(capture, target, values.json === true));
    } finally {
      await reading.close();
    }
  };
}

/** As the fixtures are read: by the built-in rules alone. */
function readIn(reading: ReadingThread): (source: Buffer) => ReturnType<ReadingThread['readFile']> {
  return source => reading.readFile(source, DEFAULT_POLICY, ANY_TIME_SECONDS);
}

/** The one mail of a file; an exit code where there is none, or more. */
async function fromFile(path: string): Promise<Buffer | ExitCode> {
  let found: Buffer | undefined;
  for await (const mail of mailsOf(path)) {
    if ('problem' in mail) return tellUnread(mail);
    if (found !== undefined) {
      throw refusal(
        `capture: ${path} holds several mails`,
        'name one mail: "bounced classify" shows which file is which',
      );
    }
    found = mail.source;
  }
  if (found !== undefined) return found;
  throw refusal(`capture: ${path} holds no mail`, 'name one saved mail');
}

/** The whole mail, up to the limit of what is looked at (BODY.PEEK). */
function byUid(text: string, values: { readonly config?: string; readonly mailbox?: string }): () => Promise<Buffer> {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw usage('capture', `--uid expects one UID, not "${text}"`);
  const path = configPath('capture', values.config);
  return async () => {
    const { loadConfig, readEnv } = await import('../runtime/config.ts');
    const { stopSignals } = await import('../runtime/signals.ts');
    const { openMailbox } = await import('../mailbox/mailbox.ts');
    const { config } = await loadConfig(path, readEnv());
    const settings = chosenMailbox('capture', config.mailboxes, values.mailbox);
    // Whatever it is and however it is built: the whole of it.
    const interest = { fields: CANDIDATE_FIELDS, isCandidate: () => true, wantedParts: () => 'source' as const };
    const mailbox = openMailbox(settings, interest, { log: silentLog, clock: systemClock, random: Math.random });
    try {
      for await (const { messages } of mailbox.again({ uids: [Number(text)] }, stopSignals().drain)) {
        const source = messages.find(({ uid }) => uid === Number(text))?.source;
        if (source !== undefined) return source;
      }
    } finally {
      await mailbox.close();
    }
    throw refusal(
      `capture: UID ${text} is not there, or our own sent mail`,
      '"bounced explain" shows the UIDs of mails',
    );
  };
}

async function keepMade(made: Made, { folder, name }: Target, asJson: boolean): Promise<ExitCode> {
  const path = join(folder, name ?? nameOf(made));
  await makeFolder(folder);
  await write(`${path}.json`, `${JSON.stringify(made.expected, undefined, 2)}\n`);
  try {
    await write(`${path}.eml`, made.source);
  } catch (error) {
    await rm(`${path}.json`);
    throw error;
  }
  const { counts, expected, replacedInRefusals } = made;
  if (asJson) {
    const record = { eml: `${path}.eml`, json: `${path}.json`, replaced: counts, replacedInRefusals, expected };
    await print(visible(JSON.stringify(record)));
  } else {
    for (const line of madeLines(path, made)) await printText(visible(line));
  }
  return EXIT.ok;
}

function madeLines(path: string, { counts, expected, replacedInRefusals }: Made): string[] {
  const { kind, reader, recipients } = expected;
  const { addresses, hosts, ips, words } = counts;
  return [
    `wrote ${path}.eml and ${path}.json`,
    `read as ${kind}${reader === undefined ? '' : ` by ${reader}`}, as the original: that is what the .json says`,
    ...recipients.map(({ address, verdict, reason }) => `  ${address}  ${verdict}  ${reason}`),
    `replaced: ${addresses} addresses, ${hosts} hosts, ${ips} IP addresses, ${words} words`,
    ...(replacedInRefusals.length === 0
      ? []
      : [`replaced in the refusal, as no mail system's word: ${replacedInRefusals.slice(0, SHOWN).join(' ')}`]),
    ...(replacedInRefusals.length === 0 ? [] : ['  if they are the server\'s own: --keep "WORD WORD"']),
    'Look it over before you share it: words that mail systems use were kept, whoever wrote them.',
  ];
}

/** "gmail-mailbox-full", "auto-reply": nothing that the mail itself says. */
function nameOf({ expected: { kind, reader, recipients } }: Made): string {
  const words = reader === undefined ? [kind] : [reader, recipients[0]?.reason ?? kind];
  return words.map(word => word.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)).join('-');
}

/** Never over what is there. */
async function write(path: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      const hint = 'choose another with --name NAME, or another folder with --out DIR';
      const facts = { code: 'NAME_TAKEN', retry: 'never', exit: EXIT.disk, cause: error, hint } as const;
      throw new Fault(`capture: ${path} is there already`, facts);
    }
    throw notWritable(path, error);
  }
}

/** The last folder of its path: a mistyped path is none to be made. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(folder, error);
  }
}

function notWritable(path: string, error: unknown): Fault {
  const { code = 'error' } = error as NodeJS.ErrnoException;
  const hint = 'choose a folder that you may write to with --out DIR';
  const facts = { code: 'NOT_WRITABLE', retry: 'never', exit: EXIT.disk, cause: error, hint } as const;
  return new Fault(`capture: ${path} cannot be written (${code})`, facts);
}

function tellRefused({ differences, leaks }: Refused): Promise<ExitCode> {
  const lines = [
    'bounced: capture: nothing is written',
    ...differences.map(one => `  it would be read otherwise: ${one}`),
    ...(leaks.length === 0
      ? []
      : [`  still there of the original: ${leaks.slice(0, SHOWN).join('  ')}${leaks.length > SHOWN ? ' ...' : ''}`]),
    `  cure: ${cureOf(leaks)}`,
  ];
  process.stderr.write(`${lines.map(visible).join('\n')}\n`);
  return Promise.resolve(EXIT.dataError);
}

function cureOf(leaks: readonly string[]): string {
  return leaks.length > 0
    ? 'take out of the mail what is named, in an editor, or keep what is public with --keep "WORD WORD"; then try again'
    : 'keep the server\'s own words with --keep "WORD WORD", or rewrite the mail by hand (CONTRIBUTING.md)';
}

function refusal(message: string, hint: string): Fault {
  return new Fault(message, { code: 'NOT_ONE_MAIL', retry: 'never', exit: EXIT.dataError, hint });
}
