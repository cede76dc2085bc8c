/**
 * Who may touch the world: clock, chance, timers, environment, exit. Takes source files, gives findings.
 */
import ts from 'typescript';
import { isPure } from './imports.ts';
import { lineOf, nodesOf } from './source.ts';
import type { Finding, SourceFile } from './source.ts';

const CLOCK = 'src/runtime/clock.ts';
/** Reading the time. */
const TIME = ['Date.now', 'performance.now', 'process.hrtime', 'process.uptime'];
/** What no pure station may name, besides the time. */
const IMPURE = ['Math.random', 'AbortSignal.timeout', 'crypto.randomUUID', 'crypto.getRandomValues'];
const IMPURE_NAMES = ['process', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'console'];

/** The time is read in one file; everyone else is told. */
export function oneClock(files: readonly SourceFile[]): Finding[] {
  return eachNode(files, 'one-clock', (file, node) => {
    if (file.path === CLOCK) return undefined;
    if (isNow(node)) return 'new Date() without an argument';
    const name = memberName(node);
    return name !== undefined && TIME.includes(name) ? name : undefined;
  });
}

/** Pure stations name no timer, chance, process, network or console. */
export function pureNames(files: readonly SourceFile[]): Finding[] {
  const pure = files.filter(({ path }) => isPure(path));
  return eachNode(pure, 'pure-names', (_file, node) => {
    const name = memberName(node) ?? freeName(node);
    return name !== undefined && [...IMPURE, ...IMPURE_NAMES].includes(name) ? name : undefined;
  });
}

/** process.env is read in runtime/config.ts, process.exit called in main.ts, and nowhere else. */
export function environmentAndExit(files: readonly SourceFile[]): Finding[] {
  const owners: Readonly<Record<string, string>> = {
    'process.env': 'src/runtime/config.ts',
    'process.exit': 'src/main.ts',
  };
  return eachNode(files, 'environment-and-exit', (file, node) => {
    const name = memberName(node) ?? '';
    const owner = owners[name];
    return owner === undefined || owner === file.path ? undefined : `${name} belongs to ${owner}`;
  });
}

function isNow(node: ts.Node): boolean {
  const made = ts.isNewExpression(node) || ts.isCallExpression(node);
  if (!made || node.expression.getText() !== 'Date') return false;
  return ts.isCallExpression(node) || (node.arguments ?? []).length === 0;
}

/** "Date.now" for Date.now, Date['now'] and globalThis.Date.now. */
function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return `${ownerName(node.expression)}.${node.name.text}`;
  if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression)) return undefined;
  return `${ownerName(node.expression)}.${node.argumentExpression.text}`;
}

function ownerName(node: ts.Expression): string {
  return node.getText().replace(/^globalThis\./, '');
}

/** A name that stands for a value by itself: not a property, a key or a declaration. */
function freeName(node: ts.Node): string | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node ? node.text : undefined;
  return ts.isCallExpression(parent) && parent.expression === node ? node.text : undefined;
}

function eachNode(
  files: readonly SourceFile[],
  rule: string,
  judge: (file: SourceFile, node: ts.Node) => string | undefined,
): Finding[] {
  return files.flatMap(file =>
    nodesOf(file).flatMap(node => {
      const what = judge(file, node);
      return what === undefined ? [] : [{ file: file.path, line: lineOf(file, node), rule, what }];
    }),
  );
}
