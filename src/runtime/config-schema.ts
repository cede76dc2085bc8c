/**
 * What a configuration may hold: keys, types, defaults. Takes parsed TOML, gives typed values or issues with their
 * path. Reads no file and no secret.
 */
import { isIP } from 'node:net';
import * as z from 'zod';
import { isAddress } from '../shared/address.ts';
import { LIMITS } from '../shared/limits.ts';
import { REASONS } from '../verdict/words.ts';
import type { Reason } from '../verdict/verdict.ts';
import { LOG_LEVELS } from './log-lines.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time with its unit as milliseconds: "500ms", "30s", "5m", "12h", "7d". */
function time(minMs: number, maxMs: number) {
  const words = 'a time with its unit, such as "30s", "5m", "12h" or "7d"';
  return z.string({ error: `expected ${words}` }).transform((text, context) => {
    const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim());
    const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
    if (ms >= minMs && ms <= maxMs) return ms;
    const bounds = Number.isNaN(ms) ? '' : ` between ${inWords(minMs)} and ${inWords(maxMs)}`;
    context.addIssue({ code: 'custom', message: `expected ${words}${bounds}, not "${text}"` });
    return z.NEVER;
  });
}

function duration(minMs: number, maxMs: number, fallback: string) {
  return time(minMs, maxMs).prefault(fallback);
}

const UNIT_BYTES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** An amount with its unit as bytes: "1500MB", "2GB"; "off" and "0" as 0. */
function amount(minBytes: number, fallback: string) {
  const words = 'an amount with its unit, such as "1500MB" or "2GB", or "off"';
  return z
    .string({ error: `expected ${words}` })
    .default(fallback)
    .transform((text, context) => {
      if (/^(?:off|0)$/.test(text.trim())) return 0;
      const match = /^(\d{1,9})(kB|MB|GB)$/.exec(text.trim());
      const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? ''] ?? Number.NaN);
      if (bytes >= minBytes) return bytes;
      const bound = Number.isNaN(bytes) ? '' : `, ${amountInWords(minBytes)} at least`;
      context.addIssue({ code: 'custom', message: `expected ${words}${bound}, not "${text}"` });
      return z.NEVER;
    });
}

/** Bytes in their largest whole unit; "off" for none. */
export function amountInWords(bytes: number): string {
  const unit = Object.entries(UNIT_BYTES).findLast(([, size]) => bytes % size === 0) ?? ['kB', 1e3];
  return bytes === 0 ? 'off' : `${bytes / unit[1]}${unit[0]}`;
}

/** Milliseconds in their largest whole unit. */
export function inWords(ms: number): string {
  const unit = Object.entries(UNIT_MS).findLast(([, size]) => ms % size === 0) ?? ['ms', 1];
  return ms === 0 ? '0s' : `${ms / unit[1]}${unit[0]}`;
}

const name = z
  .string({ error: 'expected a name, such as "campaigns"' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'expected letters, digits, "-" and "_", such as "campaigns"');
const text = (example: string): z.ZodString =>
  z.string({ error: `expected a text, such as "${example}"` }).min(1, `expected a text, such as "${example}"`);
const whole = (min: number, max: number, fallback: number): z.ZodDefault<z.ZodNumber> => {
  const words = `expected a whole number from ${min} to ${max}`;
  return z.number({ error: words }).int(words).min(min, words).max(max, words).default(fallback);
};
const oneOf = <const T extends readonly [string, ...string[]]>(words: T, fallback: T[number]) =>
  z.enum(words, { error: `expected one of ${words.map(word => `"${word}"`).join(', ')}` }).default(fallback as never);

const LISTEN_WORDS = 'expected an address and a port, such as "127.0.0.1:9650" or "[::1]:9650"';

/** "127.0.0.1:9650" or "[::1]:9650" in its parts; undefined where it is neither. */
export function toListen(written: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|(localhost|\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(written);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (host !== 'localhost' && isIP(host) === 0)) return undefined;
  return { host, port };
}

const httpsUrl = text('https://oauth2.googleapis.com/token').refine(
  isSafeUrl,
  'expected a URL that begins with https://',
);

/** Logging in without a password: what oauth.ts asks tokens with. */
const oauth = {
  oauth_client_id: text('123-abc.apps.googleusercontent.com').optional(),
  oauth_client_secret_file: text('/etc/bounced/client-secret').optional(),
  oauth_client_secret_credential: text('client-secret').optional(),
  oauth_client_secret_command: text('pass show client-secret').optional(),
  oauth_refresh_token_file: text('/etc/bounced/refresh-token').optional(),
  oauth_refresh_token_credential: text('refresh-token').optional(),
  oauth_refresh_token_command: text('pass show refresh-token').optional(),
  service_account_file: text('/etc/bounced/service-account.json').optional(),
  service_account_credential: text('service-account').optional(),
  service_account_command: text('pass show service-account').optional(),
  service_account_scope: z
    .enum(['https://mail.google.com/', 'https://www.googleapis.com/auth/gmail.imap_admin'], {
      error: 'expected "https://mail.google.com/" or "https://www.googleapis.com/auth/gmail.imap_admin"',
    })
    .optional(),
  token_url: httpsUrl.optional(),
  authorization_url: httpsUrl.optional(),
};

/** TLS, or this very machine. */
export function isSafeUrl(written: string): boolean {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const local = url !== undefined && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && local);
}

const mailbox = z.strictObject({
  name,
  user: text('news@example.com'),
  password_file: text('/etc/bounced/gmail-password').optional(),
  password_credential: text('gmail-password').optional(),
  password_command: text('pass show gmail').optional(),
  ...oauth,
  callback: name,
  host: text('imap.gmail.com').default('imap.gmail.com'),
  port: whole(1, 65_535, 993),
  tls: oneOf(['implicit', 'starttls', 'none'], 'implicit'),
  smtp_host: text('smtp.gmail.com').optional(),
  smtp_port: whole(1, 65_535, 465),
  smtp_tls: oneOf(['implicit', 'starttls', 'none'], 'implicit'),
  ca_file: text('/etc/bounced/ca.pem').optional(),
  folder: text('INBOX').optional(),
  sent_folder: text('Sent').optional(),
  backfill: duration(0, 3650 * 86_400_000, '7d'),
  poll: duration(1_000, 86_400_000, '5m'),
  // Gmail gives 2,500 MB a day over IMAP (support.google.com/a/answer/1071518), to all programs together.
  daily_bytes: amount(10_000_000, '1500MB'),
  canary: time(3_600_000, 30 * 86_400_000).optional(),
  canary_to: text('nobody@example.com').refine(isAddress, 'expected a mail address alone').optional(),
});

const callback = z.strictObject({
  name,
  url_file: text('/etc/bounced/callback-url').optional(),
  url_credential: text('callback-url').optional(),
  url_command: text('pass show clevertap').optional(),
  api_url: text('https://eu1.api.clevertap.com')
    .refine(isSafeUrl, 'expected a URL that begins with https://, such as "https://eu1.api.clevertap.com"')
    .optional(),
  api_account_id_file: text('/etc/bounced/account-id').optional(),
  api_account_id_credential: text('account-id').optional(),
  api_account_id_command: text('pass show clevertap-account').optional(),
  api_passcode_file: text('/etc/bounced/passcode').optional(),
  api_passcode_credential: text('passcode').optional(),
  api_passcode_command: text('pass show clevertap-passcode').optional(),
  batch_size: whole(1, LIMITS.batchEvents, 500),
  batch_wait: duration(0, 86_400_000, '30s'),
  concurrency: whole(1, 16, 1),
  timeout: duration(1_000, 600_000, '30s'),
  ca_file: text('/etc/bounced/ca.pem').optional(),
});

const provenance = {
  mode: oneOf(['required', 'off'], 'required'),
  gmail_without_original: oneOf(['hold', 'accept'], 'hold'),
  only_campaign_mail: z.boolean({ error: 'expected true or false' }).default(false),
  authserv_id: z
    .string({ error: 'expected the name of a server, such as "mx.google.com"' })
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?$/, 'expected a server\'s name, such as "mx.google.com"')
    .default('mx.google.com'),
};

const http = {
  listen: z
    .string({ error: LISTEN_WORDS })
    .refine(written => toListen(written) !== undefined, { error: LISTEN_WORDS })
    .optional(),
  remote: z.boolean({ error: 'expected true or false' }).default(false),
};

const reasons = Object.keys(REASONS) as Reason[];
const verdictWord = z.enum(['hard', 'soft', 'none'], { error: 'expected "hard", "soft" or "none"' }).optional();

/** A verdict for any of the reasons. */
const overrideShape: Partial<Record<Reason, typeof verdictWord>> = Object.fromEntries(
  reasons.map(reason => [reason, verdictWord]),
);
const overrides = z.strictObject(overrideShape).prefault({});

export const CONFIG_SCHEMA = z.strictObject({
  state_dir: text('/var/lib/bounced').optional(),
  mailbox: z.array(mailbox, { error: 'expected at least one [[mailbox]]' }).min(1, 'expected at least one [[mailbox]]'),
  callback: z
    .array(callback, { error: 'expected at least one [[callback]]' })
    .min(1, 'expected at least one [[callback]]'),
  verdict: z
    .strictObject({
      policy: oneOf(['clevertap', 'smtp-class'], 'clevertap'),
      max_age: duration(1_000, 36_500 * 86_400_000, '30d'),
      rules_file: text('/etc/bounced/rules.toml').optional(),
      overrides,
    })
    .prefault({}),
  provenance: z.strictObject(provenance).prefault({}),
  breaker: z.strictObject({ hard_per_hour: whole(0, 1_000_000, 500) }).prefault({}),
  retention: z.strictObject({ keep: duration(86_400_000, 36_500 * 86_400_000, '90d') }).prefault({}),
  http: z.strictObject(http).prefault({}),
  log: z
    .strictObject({
      level: oneOf(LOG_LEVELS, 'info'),
      format: oneOf(['auto', 'journal', 'json', 'human'], 'auto'),
      addresses: oneOf(['masked', 'full'], 'masked'),
    })
    .prefault({}),
});

/** The configuration as written, defaults filled in, times in milliseconds. */
export type WrittenConfig = z.output<typeof CONFIG_SCHEMA>;

/** Known keys at a path of the configuration ("mailbox", "verdict", "" for the top). */
export function knownKeys(section: string): string[] {
  const shapes: Readonly<Record<string, object>> = {
    '': CONFIG_SCHEMA.shape,
    mailbox: mailbox.shape,
    callback: callback.shape,
    verdict: { policy: 0, max_age: 0, rules_file: 0, overrides: 0 },
    'verdict.overrides': Object.fromEntries(reasons.map(reason => [reason, 0])),
    provenance,
    breaker: { hard_per_hour: 0 },
    retention: { keep: 0 },
    http,
    log: { level: 0, format: 0, addresses: 0 },
  };
  return Object.keys(shapes[section] ?? {});
}
