/**
 * The figures that are made of counts, and how they are shown. Takes tallies, gives numbers and lines of a table.
 */
import type { Tally } from './score.ts';

export interface Figure {
  readonly name: string;
  readonly heading: string;
  readonly better: 'higher' | 'lower';
  /** A share of 1, or a count; undefined where there was nothing to count. */
  readonly of: (tally: Tally) => number | undefined;
}

/** A rate is kept to four digits, which tell one mail in ten thousand. */
const DIGITS = 4;

export const FIGURES = [
  rate('failuresFound', 'found', t => [t.failuresFound, t.failures]),
  rate('precision', 'precision', t => [t.failuresFound, t.failuresFound + t.falseAlarms]),
  count('falseAlarms', 'alarms', t => t.falseAlarms),
  count('plainFalseAlarms', 'plain', t => t.plainFalseAlarms),
  rate('recipientsFound', 'rcpts', t => [t.recipientsFound, t.recipients]),
  rate('recipientPrecision', 'rcpt.P', t => [t.recipientsRight, t.recipientsNamed]),
  count('wrongRecipients', 'wrong rcpts', t => t.recipientsNamed - t.recipientsRight),
  rate('verdictsRight', 'verdict', t => [t.verdictsRight, t.verdicts]),
  rate('hardPrecision', 'hard.P', t => [t.hardsRight, t.hardsCalled]),
  rate('hardRecall', 'hard.R', t => [t.hardsRight, t.hards]),
  count('wrongHards', 'wrong hards', t => t.wrongHards),
  rate('statusesRight', 'status', t => [t.statusesRight, t.statuses]),
  rate('allRight', 'all right', t => [t.allRight, t.judged]),
] as const satisfies readonly Figure[];

/** Figures by name; those of nothing are left out. */
export type Figures = Readonly<Record<string, number>>;

export function figuresOf(tally: Tally): Figures {
  const numbers = FIGURES.flatMap(({ name, of }) => {
    const value = of(tally);
    return value === undefined ? [] : [[name, Number(value.toFixed(DIGITS))] as const];
  });
  return Object.fromEntries(numbers);
}

const NAME_COLUMNS = 24;

export function headingLine(title: string): string {
  return lineOf(title, ['mails', ...FIGURES.map(({ heading }) => heading)]);
}

export function tableLine(title: string, tally: Tally): string {
  const cells = FIGURES.map(figure => shown(figure, figure.of(tally)));
  return lineOf(title, [String(tally.mails), ...cells]);
}

function lineOf(title: string, cells: readonly string[]): string {
  const widths = [5, ...FIGURES.map(({ heading }) => Math.max(heading.length, 6))];
  return [title.padEnd(NAME_COLUMNS), ...cells.map((cell, index) => cell.padStart(widths[index] ?? 6))].join('  ');
}

function shown({ name }: Figure, value: number | undefined): string {
  if (value === undefined) return '-';
  return COUNTS.has(name) ? String(value) : (100 * value).toFixed(1);
}

const COUNTS: ReadonlySet<string> = new Set(FIGURES.filter(({ better }) => better === 'lower').map(({ name }) => name));

function rate(name: string, heading: string, of: (tally: Tally) => readonly [number, number]): Figure {
  const share = (tally: Tally): number | undefined => {
    const [part, whole] = of(tally);
    return whole === 0 ? undefined : part / whole;
  };
  return { name, heading, better: 'higher', of: share };
}

function count(name: string, heading: string, of: (tally: Tally) => number): Figure {
  return { name, heading, better: 'lower', of };
}
