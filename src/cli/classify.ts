/**
 * `bounced classify`: saved mails in, verdicts out; a line a recipient for people, an object a mail for programs.
 * Looks nothing up, posts nothing.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBounce } from '../index.ts';
import type { Bounce, Verdict } from '../index.ts';
import { systemClock } from '../runtime/clock.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Command } from './commands.ts';
import { readOptions, usage } from './options.ts';
import { cell } from './table.ts';

export function classifyCommand(args: string[]): Command {
  const { values, operands } = readOptions('classify', args, { json: 'boolean', explain: 'boolean' });
  if (operands.length === 0) throw usage('classify', 'expected at least one FILE, DIR or -');
  const show = values.json === true ? showJson : values.explain === true ? showExplained : showLines;
  return async () => {
    let exit: ExitCode = EXIT.ok;
    for (const operand of operands) {
      for await (const mail of mailsOf(operand)) {
        if ('problem' in mail) {
          process.stderr.write(
            `bounced: ${mail.path}: ${mail.problem}\n  cure: name an .eml file, a folder of them, or -\n`,
          );
          exit = EXIT.dataError;
        } else {
          const bounce = await readBounce(mail.source, { nowSeconds: systemClock.nowSeconds() });
          await print(show(basename(mail.path), bounce));
        }
      }
    }
    return exit;
  };
}

type Mail = { readonly path: string } & ({ readonly source: Buffer } | { readonly problem: string });

async function* mailsOf(operand: string): AsyncIterable<Mail> {
  if (operand === '-') {
    yield { path: '-', source: await readStdin() };
    return;
  }
  for (const path of await expand(operand)) {
    try {
      yield { path, source: await readFront(path) };
    } catch (error) {
      yield { path, problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` };
    }
  }
}

/** A folder as the .eml files in and below it, in the order of their names; anything else as itself. */
async function expand(operand: string): Promise<string[]> {
  const isFolder = await stat(operand).then(
    found => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [operand];
  const names = await readdir(operand, { recursive: true });
  return names
    .filter(name => name.endsWith('.eml'))
    .sort()
    .map(name => join(operand, name));
}

/** The file up to the limit of what is looked at; a byte more, so that it shows as cut. */
async function readFront(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const front = Buffer.alloc(Math.min(size, LIMITS.sourceBytes + 1));
    const { bytesRead } = await file.read(front, 0, front.length, 0);
    return front.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    if (bytes <= LIMITS.sourceBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

function showJson(file: string, bounce: Bounce): string {
  const { isBounce, kind, because, reader } = bounce;
  // In a failure that also speaks of delayed recipients, only those that failed.
  const listed = bounce.verdicts.filter(one => !isBounce || one.verdict !== 'none');
  const recipients = listed.map(({ recipient, names, bouncedAtSeconds, ...rest }) => {
    const { verdict, reason, about, status, replyCode, diagnostic, evidence } = rest;
    const also = names.slice(1);
    const codes = { status, replyCode, ts: bouncedAtSeconds, diagnostic };
    return { address: recipient, also, verdict, reason, about, ...codes, evidence };
  });
  return JSON.stringify({ file, isBounce, kind, because, reader, recipients, proof: 'not asked' });
}

function showLines(file: string, bounce: Bounce): string {
  return summary(file, bounce).join('\n');
}

function showExplained(file: string, bounce: Bounce): string {
  if (bounce.verdicts.length === 0) return showLines(file, bounce);
  const lines = summary(file, bounce);
  return bounce.verdicts
    .flatMap((verdict, index) => [
      lines[index] ?? '',
      ...verdict.evidence.map(({ part, quote, rule }) => `    ${part}: "${cell(quote)}"\n      by ${cell(rule)}`),
    ])
    .join('\n');
}

function summary(file: string, bounce: Bounce): string[] {
  if (bounce.verdicts.length === 0)
    return [`${cell(file)}: ${bounce.kind}: ${cell(bounce.because ?? 'names no recipient')}`];
  return bounce.verdicts.map(verdict => `${cell(file)}: ${line(verdict)}`);
}

function line(verdict: Verdict): string {
  const { recipient, reason, status, replyCode, diagnostic } = verdict;
  const codes = [replyCode, status].filter(code => code !== undefined).join(' ');
  const words = diagnostic === undefined ? '' : `  "${cell(diagnostic).slice(0, 160)}"`;
  return [cell(recipient), verdict.verdict, reason, codes].filter(part => part !== '').join('  ') + words;
}

/** Waits when whoever reads is slower than we are. */
async function print(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise(resolve => process.stdout.once('drain', resolve));
}
