/**
 * `npm run accuracy`: how right the verdicts are, over the fixtures or over a labelled folder. Prints tables, fails
 * where a figure fell below the committed one. Writes nothing but figures, and those only with --commit.
 *   npm run accuracy [-- --corpus DIR] [--misses] [--commit]
 */
import { parseArgs } from 'node:util';
import { readBounce } from '../../src/index.ts';
import { commit, fallenFigures, readCommitted } from './committed.ts';
import { figuresOf, headingLine, tableLine } from './figures.ts';
import type { Figures } from './figures.ts';
import { corpusSets, fixtureSet } from './labelled.ts';
import type { LabelledMail, LabelledSet } from './labelled.ts';
import { addTallies, scoreMail } from './score.ts';
import type { Prediction, Score } from './score.ts';

type Scored = LabelledMail & Score;

const USAGE = 'npm run accuracy [-- --corpus DIR] [--misses] [--commit]';

try {
  process.exitCode = await measure();
} catch (error) {
  console.error(`accuracy: ${error instanceof Error ? error.message : String(error)}\n  cure: ${USAGE}`);
  process.exitCode = 64;
}

async function measure(): Promise<number> {
  const { corpus, misses, commit: isCommitting } = readOptions();
  const sets = corpus === undefined ? [await fixtureSet()] : await corpusSets(corpus);
  const before = await readCommitted();
  const measured: Record<string, Figures> = {};
  let fallen = 0;
  for (const set of sets) {
    const present = await show(set, misses === true);
    fallen += compare(set, present, before[set.key]);
    measured[set.key] = present;
  }
  if (!isCommitting) return fallen > 0 ? 1 : 0;
  await commit(before, measured);
  console.log('these figures are the committed ones now: test/accuracy/committed.json');
  return 0;
}

function readOptions() {
  const options = { corpus: { type: 'string' }, misses: { type: 'boolean' }, commit: { type: 'boolean' } } as const;
  return parseArgs({ options }).values;
}

async function show(set: LabelledSet, withMisses: boolean): Promise<Figures> {
  const scored: Scored[] = [];
  for (const mail of set.mails) scored.push({ ...mail, ...scoreMail(mail.label, await predict(await mail.source())) });
  console.log(headingLine(`${set.title} by ${set.key === 'fixtures' ? 'dialect' : 'source'}`));
  showGroups(scored, ({ from }) => from);
  if (set.key !== 'fixtures') {
    console.log(`\n${headingLine(`${set.title} by kind`)}`);
    showGroups(scored, ({ label }) => label.kind);
  }
  const total = addTallies(scored.map(({ tally }) => tally));
  console.log(tableLine('total', total));
  const misses = withMisses ? scored.flatMap(one => one.misses) : [];
  if (withMisses) console.log(`\n${misses.length} misses`);
  for (const { type, file, what } of misses) console.log(`  ${type.padEnd(17)} ${file}  ${what}`);
  return figuresOf(total);
}

function showGroups(scored: readonly Scored[], groupOf: (one: Scored) => string): void {
  const groups = new Map<string, Scored[]>();
  for (const one of scored) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one]);
  const sorted = [...groups].sort(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1));
  for (const [group, members] of sorted) console.log(tableLine(`  ${group}`, addTallies(members.map(m => m.tally))));
}

/** As `bounced classify --json` tells it: of a failure that also speaks of delayed recipients, those that failed. */
async function predict(source: Buffer): Promise<Prediction> {
  const { isBounce, verdicts } = await readBounce(source);
  const listed = verdicts.filter(({ verdict }) => !isBounce || verdict !== 'none');
  return {
    isBounce,
    recipients: listed.map(({ recipient, verdict, status }) => ({ address: recipient, verdict, status })),
  };
}

/** Says how the figures stand to the committed ones; gives how many fell. */
function compare({ title, key }: LabelledSet, present: Figures, committed: Figures | undefined): number {
  if (committed === undefined) {
    console.log(`\n${title}: no figures are committed for it (${key}); nothing to compare with`);
    return 0;
  }
  const fallen = fallenFigures(present, committed);
  if (fallen.length === 0) console.log(`\n${title}: no figure is below the committed one`);
  for (const sentence of fallen) console.error(`\n${title}: ${sentence}`);
  return fallen.length;
}
