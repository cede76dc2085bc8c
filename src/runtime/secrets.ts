/**
 * Where secrets come from: a file, a systemd credential, or a command that prints it. Takes the three keys, gives a
 * Secret. Never takes one from the configuration itself, an argument or a plain environment variable.
 */
import { execFile } from 'node:child_process';
import { access, chown, constants, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EXIT, Fault } from '../shared/fault.ts';
import { Secret } from '../shared/secret.ts';
import type { Env } from './config.ts';
import { cureOfUnread, whyUnread } from './unread.ts';

export interface SecretSources {
  readonly file: string | undefined;
  readonly credential: string | undefined;
  readonly command: string | undefined;
}

export interface Place {
  /** Relative files are relative to this folder. */
  readonly folder: string;
  readonly env: Env;
  readonly warnings: string[];
}

const COMMAND_LIMIT_MS = 30_000;

/**
 * Reads the one source that is given; surrounding line ends and spaces are no part of the secret.
 * @param where for the words of a mistake: 'mailbox "campaigns"'
 * @param stem "password" or "url"
 * @throws Fault exit 78
 */
export async function readSecret(
  where: string,
  stem: string,
  sources: SecretSources,
  place: Place,
  tidy: (text: string) => string,
): Promise<Secret> {
  const text = tidy((await readSource(where, stem, sources, place)).trim());
  if (text === '' || /[\r\n\0]/.test(text)) {
    throw fault(
      `${where}: the ${stem} ${origin(stem, sources, place)} is ${text === '' ? 'empty' : 'more than one line'}`,
      'put the secret alone into one line',
    );
  }
  return new Secret(text);
}

/** Where a person has to look: never what was found there. */
function origin(stem: string, { file, credential }: SecretSources, place: Place): string {
  if (file !== undefined) return `in ${resolve(place.folder, file)}`;
  return credential === undefined ? `that ${stem}_command prints` : `in the credential ${credential}`;
}

async function readSource(where: string, stem: string, sources: SecretSources, place: Place): Promise<string> {
  if (sources.file !== undefined)
    return readSecretFile(where, `${stem}_file`, resolve(place.folder, sources.file), place);
  if (sources.command !== undefined) return runCommand(where, `${stem}_command`, sources.command, place);
  const credentials = place.env['CREDENTIALS_DIRECTORY'];
  if (credentials === undefined) {
    throw fault(
      `${where}: ${stem}_credential is set, but systemd passed no credentials`,
      `add LoadCredential=${sources.credential ?? stem}:/path to the unit, or use ${stem}_file`,
    );
  }
  return readSecretFile(where, `${stem}_credential`, join(credentials, sources.credential ?? ''), place);
}

async function readSecretFile(where: string, key: string, path: string, place: Place): Promise<string> {
  try {
    const { mode } = await stat(path);
    // systemd guards its credentials by other means than the mode.
    const guarded = path.startsWith(`${place.env['CREDENTIALS_DIRECTORY'] ?? '\0'}/`);
    if ((mode & 0o077) !== 0 && !guarded) place.warnings.push(`${where}: others may read ${path}; chmod 600 it`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const cure = cureOfUnread(error, 'make the file, with the secret alone in one line, readable for its owner only');
    throw fault(`${where}: ${key} ${path} ${whyUnread(error)}`, cure, error);
  }
}

async function runCommand(where: string, key: string, command: string, place: Place): Promise<string> {
  try {
    const options = { timeout: COMMAND_LIMIT_MS, maxBuffer: 65_536, cwd: place.folder };
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], options);
    return stdout;
  } catch (error) {
    const { code, killed } = error as { code?: unknown; killed?: boolean };
    // Its message and output are left out: they may hold what it was to print.
    const how = killed === true ? `took over ${COMMAND_LIMIT_MS / 1000} s` : `failed (${String(code)})`;
    throw fault(`${where}: ${key} ${how}`, 'run the command by hand as the service user');
  }
}

/**
 * Whether a secret can be written there: asked before a person is sent off to get it.
 * Rejects with a Fault of exit 74.
 */
export async function assertWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a secret, readable for its owner alone, in place of what was there: whole or not at all. Who owned the old
 * file owns the new one. Rejects with a Fault of exit 74.
 */
export async function replaceSecretFile(path: string, secret: Secret): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    const old = await stat(path).catch(() => undefined);
    await writeFile(beside, `${secret.reveal()}\n`, { mode: 0o600, flag: 'wx' });
    // Only root may give files away; anybody else owns both.
    if (old !== undefined && process.getuid?.() === 0) await chown(beside, old.uid, old.gid);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Fault {
  return new Fault(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'error'})`, {
    code: 'SECRET_UNWRITABLE',
    retry: 'never',
    exit: EXIT.disk,
    hint: 'make its folder, or run the command as a user who may write there; --print shows the token instead',
  });
}

function fault(message: string, hint: string, cause?: unknown): Fault {
  return new Fault(message, { code: 'SECRET_UNREADABLE', retry: 'never', exit: EXIT.config, hint, cause });
}
