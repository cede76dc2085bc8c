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
import { visible } from '../runtime/log-lines.ts';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { REASONS } from '../verdict/verdict.ts';
import type { Policy, Reason } from '../verdict/verdict.ts';
import type { Command } from './commands.ts';
import { configPath, readOptions, refuseOperands } from './options.ts';
import { scheduleLines } from './schedule-lines.ts';
import { columns } from './table.ts';

const ONLINE_LIMIT_MS = 120_000;

export function checkCommand(args: string[]): Command {
  const { values, operands } = readOptions('check', args, { config: 'string', online: 'boolean', json: 'boolean' });
  const path = configPath('check', values.config);
  refuseOperands('check', operands);
  return async () => {
    const loaded = await loadConfig(path, readEnv());
    const seen = values.online === true ? await lookAround(loaded.config) : [];
    process.stdout.write(values.json === true ? asJson(loaded, seen) : asText(path, loaded, seen));
    const failed = seen.find(one => one.fault !== undefined)?.fault;
    if (failed !== undefined) throw failed;
    return EXIT.ok;
  };
}

/** What one mailbox showed; without `inspection`, it could not be entered. */
export interface Seen {
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
      const inspection = await opened.inspect(AbortSignal.timeout(ONLINE_LIMIT_MS));
      seen.push({ mailbox: mailbox.name, inspection, ...noSent(mailbox.name, inspection, config.provenance.mode) });
    } catch (error) {
      seen.push({ mailbox: mailbox.name, fault: asFault(error) });
    } finally {
      await opened.close();
    }
  }
  return seen;
}

/** A mailbox that can be entered, and in which nothing could ever be proven. */
function noSent(name: string, { sentFolder }: MailboxInspection, mode: 'required' | 'off'): { fault?: Fault } {
  if (sentFolder !== undefined || mode === 'off') return {};
  const message = `mailbox "${name}": no Sent folder is shown, so nothing can be proven and everything would be held`;
  const hint = 'in Gmail: Settings > Labels > Sent Mail > Show in IMAP; elsewhere name the folder with sent_folder';
  return { fault: new Fault(message, { code: 'NO_SENT_FOLDER', retry: 'never', exit: EXIT.config, hint }) };
}

function asText(path: string, { config, origins, warnings }: LoadedConfig, seen: readonly Seen[]): string {
  const rows = origins.map(({ key, value, origin }) => [visible(key), visible(value), origin]);
  const lines = [`${path} is in order. In force:`, columns([['key', 'value', 'from'], ...rows]), ''];
  lines.push(...policyLines(config.verdict.policy), '', ...scheduleLines());
  for (const warning of warnings) lines.push(`warning: ${visible(warning)}`);
  for (const one of seen) lines.push('', ...mailboxLines(one));
  return `${lines.join('\n')}\n`;
}

/** Which reasons lead where, the operator's own choices among them. */
function policyLines({ name, overrides, rules = [] }: Policy): string[] {
  const entries = Object.entries(REASONS).map(([reason, entry]) => ({ reason, ...entry }));
  const chosen = entries.map(({ reason, verdict }) => {
    const own = overrides[reason as Reason];
    // Under smtp-class only the operator's own choices go by the reason.
    return { reason, verdict: own ?? (name === 'clevertap' && reason !== 'unknown' ? verdict : undefined) };
  });
  const of = (verdict: string): string[] => {
    const reasons = chosen.filter(one => one.verdict === verdict).map(one => one.reason);
    return reasons.length === 0 ? [] : [`  ${verdict}: ${reasons.join(', ')}`];
  };
  const rest =
    name === 'clevertap'
      ? 'a refusal nobody can read follows its code'
      : 'anything else follows its code: 5xx hard, 4xx soft, a full mailbox soft';
  const own = rules.length === 0 ? [] : [`  before all that: ${rules.length} of your own rules`];
  return ['verdicts by reason:', ...['hard', 'soft', 'none'].flatMap(of), `  ${rest}`, ...own];
}

/** One mailbox for people. The words tell; there is no colour to miss. */
export function mailboxLines({ mailbox, inspection, fault }: Seen): string[] {
  const lines = [`mailbox ${mailbox}`, ...(inspection === undefined ? [] : roomLines(inspection))];
  if (fault === undefined) return lines;
  const cure = fault.hint === undefined ? [] : [`        cure: ${visible(fault.hint)}`];
  return [...lines, `  FAIL  ${visible(fault.message)}`, ...cure];
}

function roomLines({ folder, sentFolder, folders, capabilities }: MailboxInspection): string[] {
  const isAll = folders.some(({ path, specialUse }) => path === folder && specialUse === '\\All');
  return [
    `  ok    logged in, nothing changed; Gmail's extensions: ${capabilities.includes('X-GM-EXT-1') ? 'yes' : 'no'}`,
    ...folders.map(({ path, specialUse, messages }) => {
      const count = messages === undefined ? '' : `, ${messages} mails`;
      return `        ${visible(path)}${specialUse === undefined ? '' : ` (${visible(specialUse)})`}${count}`;
    }),
    ...(folder === undefined ? [] : [`  ok    reads ${visible(folder)}`]),
    ...(isAll ? ['  note  Spam and Trash are no part of it: a bounce that lies there is not read'] : []),
    ...(sentFolder === undefined ? [] : [`  ok    proves by ${visible(sentFolder)}`]),
  ];
}

function asJson({ origins, warnings }: LoadedConfig, seen: readonly Seen[]): string {
  const mailboxes = seen.map(({ mailbox, inspection, fault }) => ({
    mailbox,
    ok: fault === undefined,
    ...inspection,
    ...(fault === undefined ? {} : { code: fault.code, message: fault.message, cure: fault.hint }),
  }));
  const shown = { config: origins, warnings, ...(seen.length === 0 ? {} : { mailboxes }) };
  return `${visible(JSON.stringify(shown))}\n`;
}
