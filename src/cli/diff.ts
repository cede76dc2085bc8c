/**
 * `bounced diff`: recorded verdicts beside what today's rules and policy make of the same refusals, so that the effect
 * of an upgrade, or of a change of [verdict], is seen before it acts. Only reads; works beside an older daemon.
 */
import type { Decided, History } from '../outbox/outbox.ts';
import { loadPolicy, readEnv } from '../runtime/config.ts';
import { EXIT } from '../shared/fault.ts';
import { decideAgain } from '../verdict/verdict.ts';
import type { Policy } from '../verdict/verdict.ts';
import type { Command } from './commands.ts';
import { addDifference, diffRecord, diffSheet, diffSum, noDifferences } from './diff-lines.ts';
import type { Differences } from './diff-lines.ts';
import { limitOption, withHistory } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';
import { print, printText, tell, terminalRoom } from './print.ts';

const OPTIONS = {
  config: 'string',
  before: 'string',
  mailbox: 'string',
  limit: 'string',
  json: 'boolean',
} as const;
/** Verdicts that are read at once: some megabytes. */
const PAGE = 500;
/** Changed ones that are listed for a person. */
const LISTED = 50;

/** @throws Fault exit 64 */
export function diffCommand(args: string[]): Command {
  const { values, operands } = readOptions('diff', args, OPTIONS);
  refuseOperands('diff', operands);
  const config = configPath('diff', values.config);
  const isAsked = askedFor(values.before, values.mailbox);
  const limit = limitOption('diff', values.limit, LISTED);
  const json = values.json === true;
  return async () => {
    const policy = await loadPolicy(config, readEnv());
    const found = noDifferences(json ? 0 : limit);
    await withHistory(config, history => compare(history, { policy, isAsked, found, json }));
    if (!json) await printText(diffSheet(found, terminalRoom()));
    tell(`bounced: ${diffSum(found)}`);
    return EXIT.ok;
  };
}

interface Comparison {
  readonly policy: Policy;
  readonly isAsked: (decided: Decided) => boolean;
  readonly found: Differences;
  readonly json: boolean;
}

async function compare(history: History, { policy, isAsked, found, json }: Comparison): Promise<void> {
  for (let page = await history.decided(undefined, PAGE); page.length > 0;) {
    for (const before of page.filter(isAsked)) {
      const now = decideAgain(before.verdict, policy);
      if (addDifference(found, before, now) && json && now !== undefined) await print(diffRecord(before, now));
    }
    page = await history.decided(page.at(-1)?.at, PAGE);
  }
}

/** Those that an earlier version decided; older outboxes do not say which. */
function askedFor(before: string | undefined, mailbox: string | undefined): (decided: Decided) => boolean {
  if (before !== undefined && !/^\d+\.\d+\.\d+$/.test(before)) {
    throw usage('diff', `--before expects a version such as "0.1.0", not "${before}"`);
  }
  const isEarlier = (version: string): boolean =>
    before === undefined || version.localeCompare(before, 'en', { numeric: true }) < 0;
  return decided =>
    (mailbox === undefined || decided.mailbox === mailbox) &&
    (decided.readBy === undefined || isEarlier(decided.readBy));
}
