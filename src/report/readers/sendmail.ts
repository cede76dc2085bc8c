/**
 * Sendmail without a machine-readable part: sections under titles in hyphens, "The following addresses had permanent
 * fatal errors", "Transcript of session follows". Source: Sendmail's savemail.c; version 5 wrote the transcript only.
 */
import { cleanAddress, sameAddress } from '../../shared/address.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Action } from '../report.ts';
import { isReporter } from '../signs.ts';
import { addressBlocks, ownWords } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const SIGN = /^[ \t]*-{3,} ?(?:the following addresses had|transcript of session follows)/im;
const TITLE = /^[ \t]*-{3,} ?([A-Za-z][^\n]{3,80}?) ?-{3,}[ \t]*$/;
/** "550 5.1.1 <a@b>... User unknown" */
const RESULT = /^([245]\d\d)[ -](?:[245]\.\d{1,3}\.\d{1,3} )?<?([^<>\s]{3,320}@[^<>\s]{1,255}?)>?\.\.\.(?: (.*))?$/;

/** A program or a file in place of an address: whose alias it stands for. */
const PROGRAM = /^"?[|/][^\n]{1,500}\n[ \t]*\(expanded from:? <?([^()<>\s]{3,320})>?\)/gm;

interface Section {
  readonly title: string;
  readonly lines: string[];
}

export const sendmail: Reader = {
  name: 'sendmail',
  read(message) {
    const text = ownWords(message);
    if (!SIGN.test(text) || !isReporter(message, SIGN)) return undefined;
    const sections = sectionsOf(text);
    const isWarning = /^warning/i.test(message.subject);
    const listed = sections.flatMap(section => listedIn(section, isWarning));
    const transcript = sections.filter(({ title }) => /^transcript/i.test(title)).flatMap(({ lines }) => lines);
    const results = resultsIn(transcript);
    if (listed.length === 0) return textReport(message, 'sendmail', results, text);
    // One address: all that was said, was said about it.
    const rest = sections.filter(({ title }) => actionOfTitle(title) === undefined).flatMap(({ lines }) => lines);
    const only = listed.length === 1 && results.length === 0 ? { words: rest.join(' ') } : undefined;
    const told = listed.map(block => ({ ...block, words: `${block.words} ${only?.words ?? ''}`.trim() }));
    const more = results.filter(one => listed.some(({ address }) => sameAddress(address, one.address)));
    return textReport(message, 'sendmail', [...told, ...more], text);
  },
};

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split('\n')) {
    const title = TITLE.exec(line.slice(0, 200))?.[1];
    if (title !== undefined) sections.push({ title, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

function listedIn({ title, lines }: Section, isWarning: boolean): Block[] {
  const action = actionOfTitle(isWarning ? `warning: ${title}` : title);
  if (action === undefined) return [];
  const named = lines.join('\n').replace(PROGRAM, '<$1>');
  return addressBlocks(named).map(block => ({ ...block, action }));
}

function actionOfTitle(title: string): Action | undefined {
  if (!/\baddress(?:es)?\b/i.test(title)) return undefined;
  if (/non-?fatal|transient|warning/i.test(title)) return 'delayed';
  if (/success/i.test(title)) return 'delivered';
  return /fatal|errors?|problems?|fail/i.test(title) ? 'failed' : undefined;
}

/** The line that sums up each address, with the server's reply above it; what is deferred has not failed. */
function resultsIn(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let replies: string[] = [];
  for (const line of lines) {
    const reply = /^<<< (.*)$/.exec(line)?.[1];
    if (reply !== undefined) replies = [...replies.slice(-5), reply];
    if (/^>>> /.test(line)) replies = [];
    const result = RESULT.exec(line.slice(0, 1000));
    const address = cleanAddress(result?.[2] ?? '');
    if (result === null || address === undefined || blocks.length >= LIMITS.recipients) continue;
    const isFailure = result[1] !== undefined && result[1] >= '400' && !/^deferred/i.test(result[3] ?? '');
    if (isFailure) blocks.push({ address, line, words: [...replies, line].join(' ') });
    replies = [];
  }
  return blocks;
}
