/**
 * What the demo prints. Takes log lines and requests, writes to standard output; judges only in `compare`.
 */
import { isDeepStrictEqual } from 'node:util';
import type { LogLine } from '../servers/daemon.ts';

export function title(text: string): void {
  console.log(`\n== ${text}`);
}

/** One line of the log as a person reads it: verdicts, other outcomes, sums. Steps between are left out. */
export function showLine(line: LogLine): void {
  if (line['verdict'] !== undefined && line['reader'] !== undefined) showVerdict(line);
  else if (line.message === 'mail' && !['failure', 'delay', 'success'].includes(String(line['kind']))) {
    console.log(`  ${pad(line['kind'], 12)} ${String(line['because'])}`);
  } else if (line.message === 'recorded') {
    console.log(
      `  recorded: ${field(line, 'mails')} mails, ${field(line, 'events')} events, ${field(line, 'held')} held`,
    );
  } else if (line['level'] === 'error') console.log(`  ERROR ${line.message} ${JSON.stringify(line)}`);
}

/** Each held verdict with the proof it lacks. */
export function showHeld(lines: readonly LogLine[]): void {
  for (const line of lines.filter(one => one['missing'] !== undefined)) {
    console.log(`  ${pad(line['verdict'], 5)} ${pad(line['address'], 34)} ${String(line['missing'])}`);
  }
}

export function showBodies(requests: readonly { readonly path: string; readonly body: string }[]): void {
  for (const { path, body } of requests) console.log(`  POST ${path}\n  ${body}`);
}

/** Prints each promise with "kept" or "BROKEN"; true when all are kept. Lists are compared without their order. */
export function compare(promises: readonly (readonly [string, unknown, unknown])[]): boolean {
  let ok = true;
  for (const [promise, got, wanted] of promises) {
    const kept = isDeepStrictEqual(sorted(got), sorted(wanted));
    ok &&= kept;
    console.log(`  ${kept ? 'kept  ' : 'BROKEN'} ${promise}`);
    if (!kept) console.log(differences(sorted(got), sorted(wanted)));
  }
  return ok;
}

function showVerdict(line: LogLine): void {
  const code = [line['replyCode'], line['status']].filter(one => one !== undefined).join(' ');
  console.log(
    `  ${pad(line['verdict'], 5)} ${pad(line['address'], 34)} ${pad(line['reason'], 21)} ${pad(code, 10)} ${String(line['reader'])}`,
  );
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map(one => (isEvent(one) ? `${one.event} ${one.address.toLowerCase()}` : JSON.stringify(one))).sort();
}

function isEvent(value: unknown): value is { event: string; address: string } {
  return typeof value === 'object' && value !== null && 'event' in value && 'address' in value;
}

function differences(got: unknown, wanted: unknown): string {
  if (!Array.isArray(got) || !Array.isArray(wanted)) return `    got ${String(got)}, wanted ${String(wanted)}`;
  const extra = got.filter(one => !wanted.includes(one)).map(one => `    posted but not expected: ${String(one)}`);
  const missing = wanted.filter(one => !got.includes(one)).map(one => `    expected but not posted: ${String(one)}`);
  return [...extra, ...missing].join('\n') || `    the same ones, but ${got.length} times instead of ${wanted.length}`;
}

function field(line: LogLine, name: string): string {
  return String(line[name] ?? 0);
}

function pad(value: string | number | boolean | undefined, width: number): string {
  return String(value ?? '').padEnd(width);
}
