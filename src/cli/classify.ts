/**
 * `bounced classify`: saved mails in, verdicts out; a line a recipient for people, an object a mail for programs.
 * Looks nothing up, posts nothing.
 */
import type { Bounce, Policy, Verdict } from '../index.ts';
import { openReadingThread } from '../reading-thread.ts';
import { systemClock } from '../runtime/clock.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { DEFAULT_POLICY } from '../verdict/words.ts';
import type { Command } from './commands.ts';
import { verdictLines } from './verdict-lines.ts';
import { mailsOf, tellUnread } from './mails.ts';
import { readOptions, usage } from './options.ts';
import { print, printText } from './print.ts';

export function classifyCommand(args: string[]): Command {
  const { values, operands } = readOptions('classify', args, {
    json: 'boolean',
    explain: 'boolean',
    config: 'string',
  });
  if (operands.length === 0) throw usage('classify', 'expected at least one FILE, DIR or -');
  const show = values.json === true ? showJson : values.explain === true ? showExplained : showLines;
  return async () => {
    // Only its [verdict]: no secret is read, nothing needs to run.
    const policy = values.config === undefined ? DEFAULT_POLICY : await policyOf(values.config);
    // A mail that is never done must not keep the others from being read.
    const reading = openReadingThread({ log: silentLog, clock: systemClock });
    let exit: ExitCode = EXIT.ok;
    for (const operand of operands) {
      for await (const mail of mailsOf(operand)) {
        if ('problem' in mail) {
          exit = tellUnread(mail);
        } else {
          const bounce = await reading.readFile(mail.source, policy, systemClock.nowSeconds());
          await (show === showJson ? print : printText)(show(mail.file, bounce));
        }
      }
    }
    await reading.close();
    return exit;
  };
}

/** The configuration's machinery is loaded only where it is asked for. */
async function policyOf(path: string): Promise<Policy> {
  const { loadPolicy, readEnv } = await import('../runtime/config.ts');
  return loadPolicy(path, readEnv());
}

function showJson(file: string, bounce: Bounce): string {
  return visible(JSON.stringify(bounceRecord(file, bounce)));
}

/** One mail for programs; times in epoch seconds. */
export function bounceRecord(file: string, bounce: Bounce): Record<string, unknown> {
  const { isBounce, kind, because, reader } = bounce;
  // In a failure that also speaks of delayed recipients, only those that failed: also where an override says "none".
  const listed = bounce.verdicts.filter(({ reason }) => !isBounce || (reason !== 'delayed' && reason !== 'delivered'));
  const recipients = listed.map(({ recipient, names, bouncedAtSeconds, ...rest }) => {
    const { verdict, reason, because, about, status, replyCode, diagnostic, evidence } = rest;
    const also = names.slice(1);
    const codes = { status, replyCode, ts: bouncedAtSeconds, diagnostic };
    return { address: recipient, also, verdict, reason, because, about, ...codes, evidence };
  });
  return { file, isBounce, kind, because, reader, recipients, proof: 'not asked' };
}

function showLines(file: string, bounce: Bounce): string {
  return summary(file, bounce).join('\n');
}

function showExplained(file: string, bounce: Bounce): string {
  return bounceLines(file, bounce).join('\n');
}

/** A line a recipient, and under it what the verdict rests on. */
export function bounceLines(file: string, bounce: Bounce): string[] {
  const lines = summary(file, bounce);
  const under = bounce.verdicts.map(verdict => verdictLines(bounce, verdict));
  return lines.flatMap((line, index) => [line, ...(under[index] ?? [])]);
}

function summary(file: string, bounce: Bounce): string[] {
  if (bounce.verdicts.length === 0)
    return [`${visible(file)}: ${bounce.kind}: ${visible(bounce.because ?? 'names no recipient')}`];
  return bounce.verdicts.map(verdict => `${visible(file)}: ${line(verdict)}`);
}

function line(verdict: Verdict): string {
  const { recipient, reason, status, replyCode, diagnostic } = verdict;
  const codes = [replyCode, status].filter(code => code !== undefined).join(' ');
  const words = diagnostic === undefined ? '' : `  "${visible(diagnostic).slice(0, 160)}"`;
  return [visible(recipient), verdict.verdict, reason, codes].filter(part => part !== '').join('  ') + words;
}
