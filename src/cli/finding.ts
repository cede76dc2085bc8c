/**
 * What a check found: a line each, with the cure where one is wanted. Takes findings, gives lines for people; pure.
 */
import { visible } from '../runtime/log-lines.ts';
import type { Fault } from '../shared/fault.ts';

/** What was looked at: the word by which programs know a finding, whatever its text says. */
export type Topic =
  | 'stateDir'
  | 'disk'
  | 'sandbox'
  | 'dns'
  | 'connection'
  | 'tls'
  | 'login'
  | 'capabilities'
  | 'folder'
  | 'folderLimit'
  | 'sent'
  | 'spam'
  | 'smtp'
  | 'url'
  | 'clock';

export interface Finding {
  readonly topic: Topic;
  readonly level: 'ok' | 'note' | 'warn' | 'fail';
  readonly text: string;
  readonly cure?: string | undefined;
  /** Of a failure: it decides the exit code. */
  readonly fault?: Fault;
}

const WORDS = { ok: 'ok  ', note: 'note', warn: 'WARN', fail: 'FAIL' } as const;

/** All is as it should be. */
export function ok(topic: Topic, text: string): Finding {
  return { topic, level: 'ok', text };
}

/** Nothing is wrong, but the operator should know. */
export function note(topic: Topic, text: string, cure?: string): Finding {
  return { topic, level: 'note', text, cure };
}

/** It works, and something is likely to go wrong. */
export function warn(topic: Topic, text: string, cure: string): Finding {
  return { topic, level: 'warn', text, cure };
}

/** It does not work. */
export function fail(topic: Topic, fault: Fault): Finding {
  return { topic, level: 'fail', text: fault.message, cure: fault.hint, fault };
}

/** "  ok    logged in", and under what is wrong its cure. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, text, cure }) => [
    `  ${WORDS[level]}  ${visible(text)}`,
    ...(cure === undefined ? [] : [`        cure: ${visible(cure)}`]),
  ]);
}

const INK: Readonly<Record<string, string>> = { 'ok  ': '\u001b[32m', WARN: '\u001b[1;33m', FAIL: '\u001b[1;31m' };

/** The same lines with the word of each finding in colour, which adds nothing to the word. */
export function inColour(text: string): string {
  return text.replace(/^ {2}(ok {2}|WARN|FAIL)(?= {2})/gm, (_, word: string) => `  ${INK[word] ?? ''}${word}\u001b[0m`);
}
