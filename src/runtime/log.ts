/**
 * The log: one event, one line, on standard error. Takes sentences and flat fields; journald's prefix under systemd,
 * plain words on a terminal, JSON elsewhere. Never prints a secret, never lets a mail write control characters.
 */
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Log, LogFields } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'journal' | 'json' | 'human';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Whether addresses are shown in full. */
  readonly addresses: 'masked' | 'full';
  /** Their text is replaced wherever it turns up: a last net, no excuse. */
  readonly secrets: readonly Secret[];
}

/** syslog(3) priorities, as sd-daemon(3) reads them in front of a line. */
const PRIORITY: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** A logger that hands each line, with its line end, to `write` (standard error in the daemon). */
export function openLog(settings: LogSettings, write: (line: string) => void, nowMs: () => number): Log {
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      write(line);
      done();
    },
  });
  const transport = new winston.transports.Stream({ stream, eol: '\n' });
  const logger = winston.createLogger({
    level: settings.level,
    format: winston.format.printf(entry => render(entry as unknown as Entry, settings, nowMs)),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is winston's own class
    transports: [transport],
  });
  const at = (fixed: LogFields): Log => {
    const say = (level: LogLevel) => (message: string, fields?: LogFields) => {
      logger.log({ level, message, fields: { ...fixed, ...fields } });
    };
    return {
      error: say('error'),
      warn: say('warn'),
      info: say('info'),
      debug: say('debug'),
      with: fields => at({ ...fixed, ...fields }),
    };
  };
  return at({});
}

/**
 * Which format fits: `journal` when standard error is the journal's own socket (systemd.exec(5): JOURNAL_STREAM is
 * "device:inode"), `human` on a terminal, else `json`.
 */
export function chooseFormat(
  journalStream: string | undefined,
  stderr: { readonly dev: number; readonly ino: number; readonly isTty: boolean },
): LogFormat {
  if (journalStream === `${stderr.dev}:${stderr.ino}`) return 'journal';
  return stderr.isTty ? 'human' : 'json';
}

interface Entry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

function render(entry: Entry, settings: LogSettings, nowMs: () => number): string {
  const masking = settings.addresses === 'masked';
  const message = masking ? maskAddresses(entry.message) : entry.message;
  const shown = Object.entries(entry.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, masking && typeof value === 'string' ? maskAddresses(value) : value] as const);
  const line = renderIn(settings.format, entry.level, message, Object.fromEntries(shown), nowMs);
  return withoutSecrets(harmless(line), settings.secrets);
}

function renderIn(format: LogFormat, level: LogLevel, message: string, fields: LogFields, nowMs: () => number): string {
  const time = new Date(nowMs()).toISOString();
  if (format === 'json') return JSON.stringify({ time, level, message, ...fields });
  const words = Object.entries(fields).map(([name, value]) => `${name}=${quoted(String(value))}`);
  const sentence = [message, ...words].join(' ');
  if (format === 'journal') return `<${PRIORITY[level]}>${sentence}`;
  return `${time} ${level.toUpperCase().padEnd(5)} ${sentence}`;
}

/** `customer@example.com` as `c***@example.com`: enough to recognise a domain's trouble, not a person. */
function maskAddresses(text: string): string {
  return text.replace(
    /[^\s<>"'(),;:@=]{1,64}@[\p{L}\p{N}.-]{1,255}/gu,
    address => `${address.slice(0, 1)}***${address.slice(address.lastIndexOf('@'))}`,
  );
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

/** Control characters, line separators and bidi marks as visible escapes: a mail must not write to a terminal. */
function harmless(line: string): string {
  return line.replace(
    /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function withoutSecrets(line: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, secret) => {
    const text = secret.reveal();
    // A very short secret would blank out half the log; none of ours is.
    return text.length < 4 ? rest : rest.replaceAll(text, '[secret]');
  }, line);
}
