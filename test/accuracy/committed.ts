/**
 * The figures that were reached once, so that a change which loses some is seen. Takes present figures, gives what fell
 * below the committed ones. The file holds figures only, nothing of the mails.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FIGURES } from './figures.ts';
import type { Figures } from './figures.ts';

/** Figures by the key of the set they were measured on. */
export type Committed = Readonly<Record<string, Figures>>;

const FILE = fileURLToPath(new URL('./committed.json', import.meta.url));

export async function readCommitted(): Promise<Committed> {
  return JSON.parse(await readFile(FILE, 'utf8')) as Committed;
}

/** Replaces the figures of the sets measured now, and keeps the others. */
export async function commit(before: Committed, measured: Committed): Promise<void> {
  await writeFile(FILE, `${JSON.stringify({ ...before, ...measured }, null, 2)}\n`);
}

/** One sentence for each figure that is worse than, or gone since, it was committed. */
export function fallenFigures(present: Figures, committed: Figures): string[] {
  return FIGURES.flatMap(({ name, better }) => {
    const was = committed[name];
    if (was === undefined) return [];
    const is = present[name];
    const isWorse = is === undefined || (better === 'higher' ? is < was : is > was);
    return isWorse ? [`${name} was ${was}, is ${is ?? 'not measured'} (${better} is better)`] : [];
  });
}
