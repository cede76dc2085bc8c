/**
 * What a check found: a line each, with the cure where one is wanted. Takes findings, gives lines for people; pure.
 */
import { visible } from '../runtime/log-lines.ts';
import type { Fault } from '../shared/fault.ts';

export interface Finding {
  readonly level: 'ok' | 'note' | 'warn' | 'fail';
  readonly text: string;
  readonly cure?: string | undefined;
  /** Of a failure: it decides the exit code. */
  readonly fault?: Fault;
}

const WORDS = { ok: 'ok  ', note: 'note', warn: 'WARN', fail: 'FAIL' } as const;

/** All is as it should be. */
export function ok(text: string): Finding {
  return { level: 'ok', text };
}

/** Nothing is wrong, but the operator should know. */
export function note(text: string): Finding {
  return { level: 'note', text };
}

/** It works, and something is likely to go wrong. */
export function warn(text: string, cure: string): Finding {
  return { level: 'warn', text, cure };
}

/** It does not work. */
export function fail(fault: Fault): Finding {
  return { level: 'fail', text: fault.message, cure: fault.hint, fault };
}

/** "  ok    logged in", and under what is wrong its cure. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, text, cure }) => [
    `  ${WORDS[level]}  ${visible(text)}`,
    ...(cure === undefined ? [] : [`        cure: ${visible(cure)}`]),
  ]);
}
