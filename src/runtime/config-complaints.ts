/**
 * Mistakes in a configuration as sentences: where, what was expected, and what was probably meant.
 * Takes zod's issues or checked values; never shows a value that could be a secret.
 */
import type * as z from 'zod';
import type { WrittenConfig } from './config-schema.ts';
import { knownKeys, toListen } from './config-schema.ts';
import { LOGIN_STEMS, loginMistakes } from './config-login.ts';
import { canaryMistakes } from './config-sending.ts';
import { nearest } from './nearest.ts';

/** What CleverTap's server API is entered with: each has a _file, a _credential and a _command. */
const API_STEMS = ['api_account_id', 'api_passcode'] as const;

/**
 * One line an issue: `mailbox[0].prot: unknown key; did you mean "port"?`
 * @param variables the environment variable that set a value, by its place: it is to be mended there
 */
export function complaints(
  issues: readonly z.core.$ZodIssue[],
  written: unknown,
  variables: ReadonlyMap<string, string>,
): string[] {
  return issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(issue.path, key));
    const missing = valueAt(written, issue.path) === undefined;
    const place = spell(issue.path);
    const variable = variables.get(place);
    const source = variable === undefined ? '' : ` (set by ${variable})`;
    return [`${place}${source}: ${missing ? 'missing; ' : ''}${issue.message}`];
  });
}

/** What one key alone cannot show: secrets without or with two sources, names used twice or not at all. */
export function crossCheck(config: WrittenConfig): string[] {
  const callbacks = config.callback.map(one => one.name);
  return [
    ...config.mailbox.flatMap((one, index) => loginMistakes(`mailbox[${index}]`, one)),
    ...config.callback.flatMap((one, index) => secretMistake(`callback[${index}]`, 'url', one)),
    ...config.callback.flatMap((one, index) => apiMistakes(`callback[${index}]`, one)),
    ...twice(
      'mailbox',
      config.mailbox.map(one => one.name),
    ),
    ...twice('callback', callbacks),
    ...config.mailbox.flatMap(({ callback }, index) => {
      if (callbacks.includes(callback)) return [];
      const meant = nearest(callback, callbacks) ?? callbacks[0] ?? '';
      return [`mailbox[${index}].callback: there is no [[callback]] named "${callback}"; did you mean "${meant}"?`];
    }),
    ...exposed(config.http),
    ...config.mailbox.flatMap((one, index) => canaryMistakes(`mailbox[${index}]`, one, config.provenance.mode)),
    ...config.mailbox.flatMap(({ tls, host, smtp_tls: smtpTls, smtp_host: smtpHost = '' }, index) => [
      ...(tls === 'none' ? inTheClear(`mailbox[${index}].tls`, host) : []),
      ...(smtpTls === 'none' ? inTheClear(`mailbox[${index}].smtp_tls`, smtpHost) : []),
    ]),
  ];
}

function inTheClear(place: string, host: string): string[] {
  if (/^(?:localhost|127\.0\.0\.1|::1)$/.test(host)) return [];
  return [`${place}: "none" sends the password in the clear; only loopback may`];
}

/** Who reads the metrics learns how many people bounce, so that is this machine's alone unless it is asked for. */
function exposed({ listen, remote }: WrittenConfig['http']): string[] {
  const { host } = (listen === undefined ? undefined : toListen(listen)) ?? { host: 'localhost' };
  if (remote || /^(?:localhost|127\..*|::1)$/.test(host)) return [];
  return [`http.listen: ${host} can be reached from other machines; expected 127.0.0.1 or [::1], or remote = true`];
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const section = path.filter(step => typeof step === 'string').join('.');
  const stem = bareSecret(section, key);
  if (stem !== undefined) {
    return `${spell([...path, key])}: a secret does not belong here; put it into a file and name that with ${stem}_file`;
  }
  const known = knownKeys(section);
  const meant = nearest(key, known);
  const cure = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return `${spell([...path, key])}: unknown key; ${cure}`;
}

/** A key under which somebody might write the secret itself. */
function bareSecret(section: string, key: string): string | undefined {
  const stems: readonly string[] =
    section === 'mailbox' ? LOGIN_STEMS : section === 'callback' ? ['url', ...API_STEMS] : [];
  return stems.find(stem => stem === key);
}

/** The three only go together. */
function apiMistakes(where: string, section: Readonly<Record<string, unknown>>): string[] {
  const given = Object.keys(section).filter(key => key.startsWith('api_') && section[key] !== undefined);
  if (given.length === 0) return [];
  const missing = `${where}.api_url: missing; ${given[0] ?? ''} needs it`;
  return [
    ...(section['api_url'] === undefined ? [missing] : []),
    ...API_STEMS.flatMap(stem => secretMistake(where, stem, section)),
  ];
}

function secretMistake(where: string, stem: string, section: Readonly<Record<string, unknown>>): string[] {
  const keys = ['file', 'credential', 'command'].map(source => `${stem}_${source}`);
  const given = keys.filter(key => section[key] !== undefined);
  if (given.length === 1) return [];
  return [`${where}: expected one of ${keys.join(', ')}, not ${given.length === 0 ? 'none' : given.join(' and ')}`];
}

function twice(section: string, names: readonly string[]): string[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [`${section}[${index}].name: "${name}" is used twice; expected a name of its own`]
      : [],
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

function spell(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}
