/**
 * `bounced classify`: saved mails in, verdicts out; a line a recipient for people, an object a mail for programs.
 * Looks nothing up, posts nothing.
 */
import type { Bounce, Verdict } from '../index.ts';
import { openReadingThread } from '../reading-thread.ts';
import { systemClock } from '../runtime/clock.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { DEFAULT_POLICY } from '../verdict/verdict.ts';
import type { Command } from './commands.ts';
import { explain } from './explain.ts';
import { mailsOf, MAILS_CURE } from './mails.ts';
import { readOptions, usage } from './options.ts';

export function classifyCommand(args: string[]): Command {
  const { values, operands } = readOptions('classify', args, { json: 'boolean', explain: 'boolean' });
  if (operands.length === 0) throw usage('classify', 'expected at least one FILE, DIR or -');
  const show = values.json === true ? showJson : values.explain === true ? showExplained : showLines;
  return async () => {
    // A mail that is never done must not keep the others from being read.
    const reading = openReadingThread({ log: silentLog, clock: systemClock });
    let exit: ExitCode = EXIT.ok;
    for (const operand of operands) {
      for await (const mail of mailsOf(operand)) {
        if ('problem' in mail) {
          const what = visible(`${mail.path}: ${mail.problem}`);
          process.stderr.write(`bounced: ${what}\n  cure: ${MAILS_CURE}\n`);
          exit = EXIT.dataError;
        } else {
          const bounce = await reading.readFile(mail.source, DEFAULT_POLICY, systemClock.nowSeconds());
          await print(show(mail.file, bounce));
        }
      }
    }
    await reading.close();
    return exit;
  };
}

function showJson(file: string, bounce: Bounce): string {
  const { isBounce, kind, because, reader } = bounce;
  // In a failure that also speaks of delayed recipients, only those that failed.
  const listed = bounce.verdicts.filter(one => !isBounce || one.verdict !== 'none');
  const recipients = listed.map(({ recipient, names, bouncedAtSeconds, ...rest }) => {
    const { verdict, reason, because, about, status, replyCode, diagnostic, evidence } = rest;
    const also = names.slice(1);
    const codes = { status, replyCode, ts: bouncedAtSeconds, diagnostic };
    return { address: recipient, also, verdict, reason, because, about, ...codes, evidence };
  });
  return visible(JSON.stringify({ file, isBounce, kind, because, reader, recipients, proof: 'not asked' }));
}

function showLines(file: string, bounce: Bounce): string {
  return summary(file, bounce).join('\n');
}

function showExplained(file: string, bounce: Bounce): string {
  const lines = summary(file, bounce);
  const under = bounce.verdicts.map(verdict => explain(bounce, verdict));
  return lines.flatMap((line, index) => [line, ...(under[index] ?? [])]).join('\n');
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

/** Waits when whoever reads is slower than we are. */
async function print(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise(resolve => process.stdout.once('drain', resolve));
}
