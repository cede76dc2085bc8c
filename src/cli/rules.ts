/**
 * `bounced rules`: `list` shows the reasons that rules may give; `test` checks a file of the operator's own rules,
 * shows what they win over, and on saved mails what they change. Looks nothing up, posts nothing, changes nothing.
 */
import { basename } from 'node:path';
import type { Verdict } from '../index.ts';
import { openReadingThread } from '../reading-thread.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadRules } from '../runtime/config-rules.ts';
import { visible } from '../runtime/log-lines.ts';
import { nearest } from '../runtime/nearest.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { DEFAULT_POLICY, REASONS, reviewRules } from '../verdict/verdict.ts';
import type { OwnRule, Reason, RuleReview } from '../verdict/verdict.ts';
import type { Command } from './commands.ts';
import { mailsOf, tellUnread } from './mails.ts';
import { readOptions, refuseOperands, usage } from './options.ts';
import { print, printText, terminalRoom } from './print.ts';
import { columns } from './table.ts';

const QUIET = { log: silentLog, clock: systemClock };
const ACTIONS = ['list', 'test'] as const;

export function rulesCommand(args: string[]): Command {
  const { values, operands } = readOptions('rules', args, { json: 'boolean' });
  const [action, ...rest] = operands;
  if (action === undefined) throw usage('rules', 'expected "list" or "test FILE [MAIL...]"');
  const known = ACTIONS.find(one => one === action);
  if (known === 'list') {
    refuseOperands('rules', rest);
    return () => list(values.json === true);
  }
  if (known === 'test') {
    const [file, ...mails] = rest;
    if (file === undefined) throw usage('rules', 'test: expected the FILE with the rules');
    if (values.json === true) throw usage('rules', '--json goes with list only');
    return () => test(file, mails);
  }
  const meant = nearest(action, ACTIONS);
  throw usage(
    'rules',
    `there is no "${action}"; ${meant === undefined ? 'expected list or test' : `did you mean "${meant}"?`}`,
  );
}

async function list(asJson: boolean): Promise<ExitCode> {
  const entries = Object.entries(REASONS).map(([reason, entry]) => ({
    reason,
    ...entry,
    // Its entry is the verdict where not even a code is known.
    verdict: reason === 'unknown' ? 'by code' : entry.verdict,
    byRule: entry.verdict !== 'none',
  }));
  if (asJson) {
    await print(JSON.stringify(entries));
    return EXIT.ok;
  }
  const rows = entries.map(({ reason, verdict, about, meaning }) => [reason, verdict, about, meaning]);
  await print(columns([['reason', 'verdict', 'about', 'meaning'], ...rows], terminalRoom()));
  await printText(
    '\nA rule may give any of them but those whose verdict is none; [verdict.overrides] changes the verdicts.',
  );
  return EXIT.ok;
}

async function test(file: string, operands: readonly string[]): Promise<ExitCode> {
  const rules = await loadRules(file);
  const reviews = reviewRules(rules);
  for (const review of reviews) await printText(reviewLines(review).join('\n'));
  const warnings = reviews.flatMap(review => review.warnings).length;
  await printText(`${basename(file)} is in order: ${counted(rules.length, 'rule')}, ${counted(warnings, 'warning')}`);
  return operands.length === 0 ? EXIT.ok : await tryOn(rules, operands);
}

function reviewLines({ rule, verdict, examples, warnings }: RuleReview): string[] {
  const { match, pattern, reason, receiver, status = [], reply = [], source } = rule.text;
  const by = receiver === undefined ? '' : `  by ${receiver}`;
  const codes = [...reply, ...status].join(', ');
  const what = match === undefined ? `/${pattern ?? ''}/` : `"${match}"`;
  const lines = [
    `${rule.name}: ${reason} (${reason === 'unknown' ? 'by code' : verdict})`,
    `  seeks ${what}${by}${codes === '' ? '' : `  with ${codes}`}`,
    `  seen  ${source}`,
    ...examples.flatMap(({ example, builtIn, takenBy }) => [
      `  ok    "${example}"`,
      `        ${takenBy === undefined ? '' : `${takenBy} takes it first; `}${besides(builtIn, reason)}`,
    ]),
    ...(examples.length === 0 ? ['  note  no examples: with some, it could be tried'] : []),
    ...warnings.map(warning => `  warn  ${warning}`),
  ];
  return lines.map(visible);
}

function besides(builtIn: RuleReview['examples'][number]['builtIn'], reason: Reason): string {
  if (builtIn.reason === 'unknown') return 'no built-in rule knows it';
  return `${builtIn.reason === reason ? 'agrees with' : 'wins over'} ${builtIn.reason}, ${builtIn.rule}`;
}

/** What the rules change about saved mails, recipient by recipient. */
async function tryOn(rules: readonly OwnRule[], operands: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  // A thread each: a mail that is never done must not keep the others from being read.
  const [plain, ruled] = [openReadingThread(QUIET), openReadingThread(QUIET)];
  const policy = { ...DEFAULT_POLICY, rules };
  const counts = { changed: 0, same: 0, other: 0 };
  for (const operand of operands) {
    for await (const mail of mailsOf(operand)) {
      if ('problem' in mail) {
        exit = tellUnread(mail);
        continue;
      }
      const nowSeconds = systemClock.nowSeconds();
      const without = await plain.readFile(mail.source, DEFAULT_POLICY, nowSeconds);
      const withRules = await ruled.readFile(mail.source, policy, nowSeconds);
      if (without.verdicts.length === 0) counts.other += 1;
      for (const [index, before] of without.verdicts.entries()) {
        const after = withRules.verdicts[index] ?? before;
        const isSame = before.verdict === after.verdict && before.reason === after.reason;
        counts[isSame ? 'same' : 'changed'] += 1;
        await printText(
          visible(`${isSame ? 'same   ' : 'changed'}  ${mail.file}: ${comparison(before, after, rules)}`),
        );
      }
    }
  }
  await Promise.all([plain.close(), ruled.close()]);
  await printText(
    `${counted(counts.changed, 'verdict')} changed, ${counts.same} the same, ${counted(counts.other, 'mail')} without any`,
  );
  return exit;
}

function comparison(before: Verdict, after: Verdict, rules: readonly OwnRule[]): string {
  const deciding = after.evidence[0]?.rule ?? '';
  const rule = rules.find(({ name }) => deciding.startsWith(`${name}: `));
  const by = rule === undefined ? '' : `  (${rule.name})`;
  const words = (one: Verdict): string => `${one.verdict} ${one.reason}`;
  const isSame = words(before) === words(after);
  return `${before.recipient}  ${isSame ? words(before) : `without ${words(before)}, with ${words(after)}`}${by}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
