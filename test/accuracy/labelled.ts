/**
 * Mails with their labels: our fixtures, or a labelled folder that lies outside of the project. Reads files, gives sets
 * to score. Throws with a sentence for the reader where a folder is not as it must be.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadFixtures } from '../fixtures/load.ts';
import type { Expected } from '../fixtures/load.ts';
import type { Label } from './score.ts';

export interface LabelledMail {
  readonly label: Label;
  /** Where it comes from: a dialect, or a source. */
  readonly from: string;
  readonly source: () => Promise<Buffer>;
}

export interface LabelledSet {
  readonly title: string;
  /** The name under which its figures are committed: "fixtures", or a digest of the label file. */
  readonly key: string;
  readonly mails: readonly LabelledMail[];
}

/** What the corpus calls the kinds that we tell apart. */
const KINDS: Readonly<Record<Expected['kind'], string>> = {
  failure: 'failure',
  delay: 'delay',
  success: 'success',
  complaint: 'arf',
  readReceipt: 'mdn',
  autoReply: 'auto-reply',
  ordinary: 'not-bounce',
  unreadable: 'not-bounce',
};

/** All fixtures, grouped by dialect. */
export async function fixtureSet(): Promise<LabelledSet> {
  const fixtures = await loadFixtures();
  const mails = fixtures.map(({ name, dialect, source, expected }) => {
    const recipients = expected.recipients.filter(({ verdict }) => verdict !== 'none');
    const label = { file: `${name}.eml`, kind: KINDS[expected.kind], recipients };
    return { label, from: dialect, source: () => Promise.resolve(source) };
  });
  return { title: 'fixtures', key: 'fixtures', mails };
}

/**
 * A labelled folder: `labels-<name>.jsonl`, an object a line (`Label`), each beside a folder `<name>` of .eml files.
 * The part of a file's name before "--" is its source.
 */
export async function corpusSets(folder: string): Promise<LabelledSet[]> {
  const names = await readdir(folder).catch(() => {
    throw new Error(`"${folder}" is no folder that can be read; expected one that holds labels-*.jsonl`);
  });
  const files = names.filter(name => /^labels-.+\.jsonl$/.test(name)).sort();
  if (files.length === 0) throw new Error(`"${folder}" holds no labels-*.jsonl; expected at least one`);
  return Promise.all(files.map(file => corpusSet(folder, file)));
}

async function corpusSet(folder: string, file: string): Promise<LabelledSet> {
  const bytes = await readFile(join(folder, file));
  const labels = labelsOf(bytes.toString(), file);
  const mailFolder = join(folder, file.slice('labels-'.length, -'.jsonl'.length));
  if (!(await stat(mailFolder).catch(() => undefined))?.isDirectory())
    throw new Error(`${file} needs the folder "${mailFolder}" with its mails, which is not there`);
  const present = new Set(await readdir(mailFolder));
  const lost = labels.filter(label => !present.has(label.file)).map(label => label.file);
  if (lost.length > 0)
    throw new Error(`${file} names ${lost.length} mails that "${mailFolder}" does not hold, the first is ${lost[0]!}`);
  return {
    title: basename(file, '.jsonl'),
    key: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
    mails: labels.map(label => ({
      label,
      from: label.file.split('--', 1)[0] ?? '',
      source: () => readFile(join(mailFolder, label.file)),
    })),
  };
}

function labelsOf(text: string, file: string): Label[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const label = labelIn(line);
    if (label === undefined)
      throw new Error(`line ${index + 1} of ${file} is no label; expected an object with file, kind and recipients`);
    return [label];
  });
}

function labelIn(line: string): Label | undefined {
  try {
    const label = JSON.parse(line) as Partial<Label> | null;
    const isLabel =
      typeof label?.file === 'string' && typeof label.kind === 'string' && Array.isArray(label.recipients);
    return isLabel ? (label as Label) : undefined;
  } catch {
    return undefined;
  }
}
