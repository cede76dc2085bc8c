/**
 * What a line of the log looks like. Takes an event, gives one line without its line end: for journald, for a
 * terminal, or as JSON. Pure; never shows a secret, never lets a mail or a server write control characters.
 */
import type { LogFields } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';

/** From the fewest lines to the most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'journal' | 'json' | 'human';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Whether addresses are shown in full. */
  readonly addresses: 'masked' | 'full';
  /** Their text is replaced wherever it turns up: a last net, no excuse. */
  readonly secrets: Iterable<Secret>;
}

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** syslog(3) priorities, as sd-daemon(3) reads them in front of a line. */
const PRIORITY: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/** A secret shorter than this would blank out half the log; none of ours is. */
const SECRET_CHARS = 4;

/** One event as one line. The time is epoch milliseconds; the journal keeps its own. */
export function logLine(entry: LogEntry, settings: LogSettings, nowMs: number): string {
  const hidden = secretsIn(entry, settings.secrets);
  const tidy = (text: string): string => {
    // Secrets first: masking an address in one, or escaping it as JSON, would hide it from the search.
    const safe = withoutSecrets(text, hidden);
    return settings.addresses === 'masked' ? maskAddresses(safe) : safe;
  };
  const fields: Record<string, LogFields[string]> = {};
  for (const [name, value] of Object.entries(entry.fields)) {
    if (value !== undefined) fields[name] = typeof value === 'string' ? tidy(value) : value;
  }
  return visible(inFormat(settings.format, { level: entry.level, message: tidy(entry.message), fields }, nowMs));
}

/**
 * The text with control, format, bidi and invisible characters, line ends and halves of characters as `\u` escapes,
 * which JSON reads back: what a stranger wrote must not steer a terminal, begin a line of its own, or hide.
 */
export function visible(text: string): string {
  // Nearly every text is plain ASCII.
  if (!/[^ -~]/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu, character =>
    character
      .split('')
      .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Marks a line for the journal (sd-daemon(3)); without the mark, all lines of standard error are "info" there. */
export function withPriority(level: LogLevel, line: string): string {
  return `<${PRIORITY[level]}>${line}`;
}

function inFormat(format: LogFormat, { level, message, fields }: LogEntry, nowMs: number): string {
  const time = format === 'journal' ? '' : new Date(nowMs).toISOString();
  if (format === 'json') return JSON.stringify({ time, level, message, ...fields });
  const words = Object.entries(fields).map(([name, value]) => `${name}=${quoted(String(value))}`);
  const sentence = [message, ...words].join(' ');
  return format === 'journal' ? withPriority(level, sentence) : `${time} ${level.toUpperCase().padEnd(5)} ${sentence}`;
}

/** `customer@example.com` as `c***@example.com`: enough to recognise a domain's trouble, not a person. */
function maskAddresses(text: string): string {
  if (!text.includes('@')) return text;
  return text.replace(
    /[^\s<>"'(),;:@=]{1,64}@[\p{L}\p{N}.-]{1,255}/gu,
    address => `${address.slice(0, 1)}***${address.slice(address.lastIndexOf('@'))}`,
  );
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

/** The secrets that turn up somewhere in the entry, nearly always none: one search a secret, not one a field. */
function secretsIn({ message, fields }: LogEntry, secrets: Iterable<Secret>): string[] {
  const text = [message, ...Object.values(fields)].join('\n');
  const hidden: string[] = [];
  for (const one of secrets) {
    const secret = one.reveal();
    if (secret.length >= SECRET_CHARS && text.includes(secret)) hidden.push(secret);
  }
  return hidden;
}

function withoutSecrets(text: string, hidden: readonly string[]): string {
  return hidden.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
