/**
 * Recorded verdicts beside those of today, for people and for programs. Takes both, gives counts and text. Lets nothing
 * a mail wrote steer a terminal.
 */
import type { Decided } from '../outbox/outbox.ts';
import { visible } from '../runtime/log-lines.ts';
import type { Ground, Verdict } from '../verdict/verdict.ts';
import { columns } from './table.ts';

const QUOTE_CHARS = 160;

/** What has been found so far. */
export interface Differences {
  compared: number;
  /** Kept by a version that did not keep what it takes to decide again. */
  undecidable: number;
  changed: number;
  /** How often one verdict became another, by both in words. */
  readonly kinds: Map<string, { readonly before: string; readonly now: string; count: number }>;
  readonly listed: { readonly before: Decided; readonly now: Verdict }[];
  /** Changed ones that are listed at most. */
  readonly limit: number;
}

export function noDifferences(limit: number): Differences {
  return { compared: 0, undecidable: 0, changed: 0, kinds: new Map(), listed: [], limit };
}

/** Counts one; true for one that would be decided otherwise. */
export function addDifference(found: Differences, before: Decided, now: Verdict | undefined): boolean {
  if (now === undefined) {
    found.undecidable += 1;
    return false;
  }
  found.compared += 1;
  const [was, is] = [words(before.verdict), words(now)];
  if (was === is) return false;
  found.changed += 1;
  const key = `${was} ${is}`;
  const kind = found.kinds.get(key) ?? { before: was, now: is, count: 0 };
  kind.count += 1;
  found.kinds.set(key, kind);
  if (found.listed.length < found.limit) found.listed.push({ before, now });
  return true;
}

/** How often each verdict became another, and the first of those that did. */
export function diffSheet({ changed, kinds, listed }: Differences, room?: number): string {
  if (changed === 0) return 'every verdict that could be decided again would be the same';
  const rows = [...kinds.values()].sort((one, other) => other.count - one.count);
  const cells = rows.map(({ before, now, count }) => [before, now, String(count)]);
  const table = columns([['recorded', 'today', 'verdicts'], ...cells], room);
  const lines = listed.flatMap(({ before, now }) => differenceLines(before, now));
  const rest =
    changed > listed.length ? [`and ${changed - listed.length} more: --limit ${changed} lists them all`] : [];
  return [table, '', ...lines, ...rest].join('\n');
}

export function diffRecord(
  { mailbox, folder, uid, recordedAtSeconds, readBy, verdict }: Decided,
  now: Verdict,
): string {
  const short = ({ verdict: word, reason, because, evidence }: Verdict): object => ({
    verdict: word,
    reason,
    because,
    evidence,
  });
  const place = { mailbox, folder, uid, recordedAtSeconds, readBy };
  return visible(JSON.stringify({ address: verdict.recipient, before: short(verdict), now: short(now), ...place }));
}

/** One sentence on the whole. */
export function diffSum({ compared, changed, undecidable }: Differences): string {
  const sum = `${compared} verdicts decided again: ${compared - changed} the same, ${changed} another`;
  if (undecidable === 0) return sum;
  const cure = '"bounced replay --since TIME --dry-run" reads their mails again';
  return `${sum}; ${undecidable} cannot be, for what decided them was not kept yet: ${cure}`;
}

function differenceLines({ mailbox, uid, verdict }: Decided, now: Verdict): string[] {
  const head = `${mailbox} UID ${uid}  ${verdict.recipient}  ${words(verdict)}, today ${words(now)}`;
  const [was, is] = [decidingOf(verdict), decidingOf(now)];
  const isSame = was?.quote === is?.quote && was?.rule === is?.rule;
  const rows = isSame
    ? [...groundRow('line', is), ['recorded', verdict.because], ['today', now.because]]
    : [...groundRow('line', was), ['recorded', verdict.because], ...groundRow('line', is), ['today', now.because]];
  return [head, ...rows.map(([label = '', text = '']) => `    ${label.padEnd(10)}${text}`)].map(line => visible(line));
}

function groundRow(label: string, ground: Ground | undefined): string[][] {
  return ground === undefined ? [] : [[label, `"${ground.quote.slice(0, QUOTE_CHARS)}" by ${ground.rule}`]];
}

function decidingOf({ evidence }: Verdict): Ground | undefined {
  return evidence.find(({ reason, lost }) => reason !== undefined && lost === undefined);
}

function words({ verdict, reason }: Verdict): string {
  return `${verdict} ${reason}`;
}
