/**
 * The mails that rows about reading work on: the fixtures, or the .eml files in and below a folder. Takes the folder's
 * name, gives paths and bytes.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;

export interface BenchMail {
  readonly path: string;
  readonly source: Buffer;
}

/** All mails of the folder, by name; without a folder the fixtures. */
export async function loadMails(folder = FIXTURES): Promise<BenchMail[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => {
    throw new Error(`--corpus "${folder}" is no folder that can be read; expected one that holds .eml files`);
  });
  const names = all.filter(name => name.endsWith('.eml')).sort();
  if (names.length === 0) throw new Error(`--corpus "${folder}" holds no .eml file; expected at least one`);
  const paths = names.map(name => join(folder, name));
  return Promise.all(paths.map(async path => ({ path, source: await readFile(path) })));
}
