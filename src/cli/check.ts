/**
 * `bounced check`: the configuration in force and where each value came from; with --online what each mailbox shows.
 * Changes nothing anywhere, posts nothing.
 */
import { openMailbox } from '../mailbox/mailbox.ts';
import type { MailboxInspection } from '../mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../report/report.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { Config, LoadedConfig } from '../runtime/config.ts';
import { asFault, EXIT } from '../shared/fault.ts';
import type { Fault } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import type { Command } from './commands.ts';
import { configPath, readOptions } from './options.ts';
import { cell, columns } from './table.ts';

const ONLINE_LIMIT_MS = 120_000;

export function checkCommand(args: string[]): Command {
  const { values } = readOptions('check', args, { config: 'string', online: 'boolean', json: 'boolean' });
  const path = configPath('check', values.config);
  return async () => {
    const loaded = await loadConfig(path, readEnv());
    const seen = values.online === true ? await lookAround(loaded.config) : [];
    process.stdout.write(values.json === true ? asJson(loaded, seen) : asText(path, loaded, seen));
    const failed = seen.find(one => one.fault !== undefined)?.fault;
    if (failed !== undefined) throw failed;
    return EXIT.ok;
  };
}

interface Seen {
  readonly mailbox: string;
  readonly inspection?: MailboxInspection;
  readonly fault?: Fault;
}

async function lookAround(config: Config): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const mailbox of config.mailboxes) {
    const interest = { fields: CANDIDATE_FIELDS, isCandidate, wantedParts };
    const opened = openMailbox(mailbox, interest, { log: silentLog, clock: systemClock, random: Math.random });
    try {
      seen.push({ mailbox: mailbox.name, inspection: await opened.inspect(AbortSignal.timeout(ONLINE_LIMIT_MS)) });
    } catch (error) {
      seen.push({ mailbox: mailbox.name, fault: asFault(error) });
    } finally {
      await opened.close();
    }
  }
  return seen;
}

function asText(path: string, { origins, warnings }: LoadedConfig, seen: readonly Seen[]): string {
  const rows = origins.map(({ key, value, origin }) => [key, cell(value), origin]);
  const lines = [`${path} is in order. In force:`, columns([['key', 'value', 'from'], ...rows])];
  for (const warning of warnings) lines.push(`warning: ${warning}`);
  for (const one of seen) lines.push('', ...mailboxLines(one));
  return `${lines.join('\n')}\n`;
}

function mailboxLines({ mailbox, inspection, fault }: Seen): string[] {
  if (inspection === undefined) return [`mailbox ${mailbox}: FAILED  ${fault?.message ?? ''}`];
  const { folder, sentFolder, folders, capabilities } = inspection;
  const gmail = capabilities.includes('X-GM-EXT-1') ? 'yes' : 'no';
  return [
    `mailbox ${mailbox}: ok  logged in, nothing changed; Gmail's extensions: ${gmail}`,
    folder === undefined ? '  FAILED  the folder to read is not shown' : `  ok      reads ${cell(folder)}`,
    sentFolder === undefined
      ? '  FAILED  no Sent folder is shown: nothing can be proven, all is held (Gmail: Settings > Labels > Show in IMAP)'
      : `  ok      proves by ${cell(sentFolder)}`,
    ...folders.map(({ path, specialUse, messages }) => {
      const count = messages === undefined ? '' : `, ${messages} mails`;
      return `          ${cell(path)}${specialUse === undefined ? '' : ` (${specialUse})`}${count}`;
    }),
  ];
}

function asJson({ origins, warnings }: LoadedConfig, seen: readonly Seen[]): string {
  const mailboxes = seen.map(({ mailbox, inspection, fault }) => ({
    mailbox,
    ok: fault === undefined,
    ...inspection,
    ...(fault === undefined ? {} : { code: fault.code, message: fault.message, cure: fault.hint }),
  }));
  return `${JSON.stringify({ config: origins, warnings, ...(seen.length === 0 ? {} : { mailboxes }) })}\n`;
}
