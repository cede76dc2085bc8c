/**
 * `bounced check`: the configuration in force and where each value came from; with --online whether all it needs works.
 * Changes nothing anywhere, posts nothing.
 */
import { RETRY_SCHEDULE } from '../callback/callback.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { LoadedConfig } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT } from '../shared/fault.ts';
import { REASONS } from '../verdict/words.ts';
import type { Policy, Reason } from '../verdict/verdict.ts';
import { tryAll } from './check-online.ts';
import type { Tried } from './check-online.ts';
import type { Command } from './commands.ts';
import { findingLines, inColour } from './finding.ts';
import { configPath, readOptions, refuseOperands } from './options.ts';
import { scheduleLines } from './schedule-lines.ts';
import { columns, fitted, folded } from './table.ts';
import { isColoured, print, terminalRoom } from './print.ts';

const REASONS_COLUMNS = 72;
/** "  hard: " */
const LABEL_CHARS = 8;

export function checkCommand(args: string[]): Command {
  const { values, operands } = readOptions('check', args, { config: 'string', online: 'boolean', json: 'boolean' });
  const path = configPath('check', values.config);
  refuseOperands('check', operands);
  return async () => {
    const loaded = await loadConfig(path, readEnv());
    const tried = values.online === true ? await tryAll(loaded.config, readEnv()) : [];
    if (values.json === true) await print(asJson(loaded, tried));
    else await show(asText(path, loaded, tried, terminalRoom()));
    const failed = tried.flatMap(one => one.findings).find(one => one.fault !== undefined)?.fault;
    if (failed !== undefined) throw failed;
    return EXIT.ok;
  };
}

async function show(text: string): Promise<void> {
  const shown = fitted(text, terminalRoom());
  await print(isColoured(readEnv()) ? inColour(shown) : shown);
}

function asText(
  path: string,
  { config, origins, warnings }: LoadedConfig,
  tried: readonly Tried[],
  room?: number,
): string {
  const rows = origins.map(({ key, value, origin }) => [visible(key), visible(value), origin]);
  const lines = [`${path} is in order. In force:`, columns([['key', 'value', 'from'], ...rows], room), ''];
  lines.push(...policyLines(config.verdict.policy, room), '', ...scheduleLines(room));
  for (const warning of warnings) lines.push(`warning: ${visible(warning)}`);
  for (const one of tried) lines.push('', ...triedLines(one));
  return lines.join('\n');
}

/** Which reasons lead where, the operator's own choices among them. */
function policyLines({ name, overrides, rules = [] }: Policy, room = Infinity): string[] {
  const entries = Object.entries(REASONS).map(([reason, entry]) => ({ reason, ...entry }));
  const chosen = entries.map(({ reason, verdict }) => {
    const own = overrides[reason as Reason];
    // Under smtp-class only the operator's own choices go by the reason.
    return { reason, verdict: own ?? (name === 'clevertap' && reason !== 'unknown' ? verdict : undefined) };
  });
  const of = (verdict: string): string[] => {
    const reasons = chosen.filter(one => one.verdict === verdict).map(one => one.reason);
    const lines = folded(reasons.join(', '), Math.min(REASONS_COLUMNS, room - LABEL_CHARS));
    return lines.map((line, index) => `  ${index === 0 ? `${verdict}: ` : '      '}${line}`);
  };
  const rest =
    name === 'clevertap'
      ? 'a refusal nobody can read follows its code'
      : 'anything else follows its code: 5xx hard, 4xx soft, a full mailbox soft';
  const own = rules.length === 0 ? [] : [`  before all that: ${rules.length} of your own rules`];
  return ['verdicts by reason:', ...['hard', 'soft', 'none'].flatMap(of), `  ${rest}`, ...own];
}

/** One of them for people. The words tell it, whatever the colour. */
export function triedLines({ about, findings, inspection }: Tried): string[] {
  const folders = (inspection?.folders ?? []).map(({ path, specialUse, messages }) => {
    const count = messages === undefined ? '' : `, ${messages} mails`;
    return `        ${visible(path)}${specialUse === undefined ? '' : ` (${visible(specialUse)})`}${count}`;
  });
  return [visible(about), ...findingLines(findings), ...folders];
}

function asJson({ origins, warnings }: LoadedConfig, tried: readonly Tried[]): string {
  const online = tried.map(({ about, findings, inspection }) => ({
    about,
    ok: findings.every(({ level }) => level !== 'fail'),
    findings: findings.map(({ fault, ...finding }) => ({ ...finding, code: fault?.code })),
    ...inspection,
  }));
  const shown = { config: origins, warnings, retries: RETRY_SCHEDULE, ...(tried.length === 0 ? {} : { online }) };
  return visible(JSON.stringify(shown));
}
