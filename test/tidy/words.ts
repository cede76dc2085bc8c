/**
 * Words that must not stay: unfinished work, switched-off tests, and places that exist on one desk only. Takes files
 * of any kind, gives findings.
 */
import type { Finding, SourceFile } from './source.ts';

// Written apart, so that this file does not find itself.
const UNFINISHED = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const SWITCHED_OFF = /\b(?:test|it|describe)\s*\.\s*(?:skip|only|todo|failing)\b|\bx(?:it|test|describe)\s*\(/;
const ONE_DESK = new RegExp(
  ['/work' + '/', '/home' + '/\\w', 'C:' + '\\\\\\\\Users', '\\bfacts' + '/\\w+\\.md', '\\bDESIGN' + '\\.md'].join('|'),
);

/** What is in the tree is done. */
export function nothingUnfinished(files: readonly SourceFile[]): Finding[] {
  return eachLine(files, 'unfinished', UNFINISHED);
}

/** Every test runs. */
export function nothingSwitchedOff(files: readonly SourceFile[]): Finding[] {
  return eachLine(files, 'switched-off', SWITCHED_OFF);
}

/** The project speaks of itself alone: no path of somebody's machine, no paper that is not in it. */
export function noForeignPlaces(files: readonly SourceFile[]): Finding[] {
  return eachLine(files, 'foreign-place', ONE_DESK);
}

function eachLine(files: readonly SourceFile[], rule: string, pattern: RegExp): Finding[] {
  return files.flatMap(file =>
    file.lines.flatMap((line, index) => {
      const what = pattern.exec(line)?.[0];
      return what === undefined ? [] : [{ file: file.path, line: index + 1, rule, what }];
    }),
  );
}
