/**
 * The scorer itself: each count, on labels small enough to count by hand; and that a figure which falls is named.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fallenFigures } from './committed.ts';
import { figuresOf } from './figures.ts';
import { corpusSets } from './labelled.ts';
import { addTallies, NOTHING, scoreMail } from './score.ts';
import type { Label, LabelledRecipient, Prediction, Tally } from './score.ts';

const ANN = { address: 'ann@example.org', verdict: 'hard', status: '5.1.1' };
const BOB = { address: 'bob@example.org', verdict: 'soft', status: '4.2.2' };
const MISSED: Prediction = { isBounce: false, recipients: [] };

function failure(...recipients: LabelledRecipient[]): Label {
  return { file: 'a.eml', kind: 'failure', recipients };
}

function called(...recipients: Prediction['recipients']): Prediction {
  return { isBounce: true, recipients };
}

/** The counts that differ from zero. */
function counts(label: Label, prediction: Prediction): Partial<Tally> {
  const { tally } = scoreMail(label, prediction);
  return Object.fromEntries(Object.entries(tally).filter(([, value]) => value !== 0));
}

describe('a failure', () => {
  const found = { mails: 1, failures: 1, failuresFound: 1, judged: 1 };

  test('read rightly counts as right in every column', () => {
    expect(counts(failure(ANN, BOB), called(BOB, ANN))).toEqual({
      ...{ ...found, recipients: 2, recipientsFound: 2, recipientsNamed: 2, recipientsRight: 2, allRight: 1 },
      ...{ verdicts: 2, verdictsRight: 2, hards: 1, hardsCalled: 1, hardsRight: 1, statuses: 2, statusesRight: 2 },
    });
  });

  test('that is missed loses its recipients too', () => {
    const lost = { mails: 1, failures: 1, judged: 1, recipients: 2, hards: 1 };
    expect(counts(failure(ANN, BOB), MISSED)).toEqual(lost);
    expect(scoreMail(failure(ANN, BOB), MISSED).misses.map(({ type }) => type)).toEqual(['missed']);
  });

  test('a soft bounce called hard is a wrong hard, a hard one called soft is none', () => {
    const tooHard = counts(failure(BOB), called({ ...BOB, verdict: 'hard' }));
    expect(tooHard).toMatchObject({ hardsCalled: 1, wrongHards: 1, verdicts: 1 });
    expect(tooHard).not.toHaveProperty('allRight');
    const tooSoft = counts(failure(ANN), called({ ...ANN, verdict: 'soft' }));
    expect(tooSoft).toMatchObject({ hards: 1, verdicts: 1 });
    for (const name of ['hardsCalled', 'wrongHards', 'verdictsRight', 'allRight'])
      expect(tooSoft).not.toHaveProperty(name);
  });

  test('somebody who never bounced is a wrong recipient, and called hard a wrong hard', () => {
    const mail = called(ANN, { address: 'eve@example.org', verdict: 'hard' });
    const score = scoreMail(failure(ANN), mail);
    expect(score.tally).toMatchObject({ recipientsNamed: 2, recipientsRight: 1, hardsCalled: 2, wrongHards: 1 });
    expect(score.tally.allRight).toBe(0);
    expect(score.misses.map(({ type }) => type)).toEqual(['extra recipient']);
  });

  test('a recipient is known by every name of his, in any case and in brackets', () => {
    const label = failure({ ...ANN, also: ['a.smith@example.org'] });
    expect(counts(label, called({ ...ANN, address: '<A.Smith@Example.org>' }))).toMatchObject({ allRight: 1 });
  });

  test('where experts differ the verdict does not count', () => {
    const score = counts(failure({ ...BOB, ambiguous: true }), called({ ...BOB, verdict: 'hard' }));
    expect(score).toMatchObject({ recipientsFound: 1, allRight: 1 });
    for (const name of ['verdicts', 'hards', 'wrongHards', 'hardsCalled']) expect(score).not.toHaveProperty(name);
  });

  test('a wrong status costs the status only; another one that is right costs nothing', () => {
    const wrong = counts(failure(ANN), called({ ...ANN, status: '5.0.0' }));
    expect(wrong).toMatchObject({ statuses: 1, allRight: 1 });
    expect(wrong).not.toHaveProperty('statusesRight');
    const label = failure({ ...ANN, statusAlt: ['5.0.0'] });
    expect(counts(label, called({ ...ANN, status: '5.0.0' }))).toMatchObject({ statusesRight: 1 });
  });
});

describe('what is no failure', () => {
  test.each([
    ['not-bounce', 1],
    ['auto-reply', 1],
    ['delay', 0],
    ['arf', 0],
  ])('a %s called a bounce is a false alarm', (kind, plain) => {
    const { tally } = scoreMail({ file: 'a.eml', kind, recipients: [] }, called(ANN));
    expect(tally).toMatchObject({ others: 1, falseAlarms: 1, plain, plainFalseAlarms: plain, allRight: 0 });
    expect(tally).toMatchObject({ recipientsNamed: 1, recipientsRight: 0, hardsCalled: 1, wrongHards: 1 });
  });

  test('a delay whose recipients are told is right', () => {
    const told = { isBounce: false, recipients: [{ ...BOB, verdict: 'none' }] };
    expect(counts({ file: 'a.eml', kind: 'delay', recipients: [BOB] }, told)).toEqual({
      ...{ mails: 1, others: 1, judged: 1, allRight: 1 },
    });
  });

  test('a mail of disputed kind counts neither way', () => {
    const label = { file: 'a.eml', kind: 'not-bounce', recipients: [], ambiguousKind: true };
    expect(counts(label, called(ANN))).toEqual({ mails: 1, recipientsNamed: 1 });
  });
});

describe('the committed figures', () => {
  const good = addTallies([failure(ANN, BOB), failure(BOB)].map(label => score(label, called(...named(label)))));
  const worse = addTallies([good, score(failure(BOB), called({ ...BOB, verdict: 'hard' }))]);

  test('the same figures are no fall, nor are better ones', () => {
    expect(fallenFigures(figuresOf(good), figuresOf(good))).toEqual([]);
    expect(fallenFigures(figuresOf(good), figuresOf(worse))).toEqual([]);
  });

  test('each figure that got worse is named with its two values', () => {
    expect(fallenFigures(figuresOf(worse), figuresOf(good))).toEqual([
      'verdictsRight was 1, is 0.75 (higher is better)',
      'hardPrecision was 1, is 0.5 (higher is better)',
      'wrongHards was 0, is 1 (lower is better)',
      'allRight was 1, is 0.6667 (higher is better)',
    ]);
  });

  test('a figure that cannot be measured any more is a fall', () => {
    expect(fallenFigures(figuresOf(NOTHING), { hardRecall: 0.9 })).toEqual([
      'hardRecall was 0.9, is not measured (higher is better)',
    ]);
  });
});

describe('a labelled folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bounced-labels-'));
    await mkdir(join(folder, 'dev'));
    await writeFile(join(folder, 'dev', 'some--one.eml'), 'Subject: one\n\nHello\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function withLabels(text: string): Promise<ReturnType<typeof corpusSets>> {
    await writeFile(join(folder, 'labels-dev.jsonl'), text);
    return corpusSets(folder);
  }

  test('is read, and known by a digest of its labels', async () => {
    const line = '{"file":"some--one.eml","kind":"not-bounce","recipients":[]}\n';
    const [set] = await withLabels(line);
    expect(set).toMatchObject({ title: 'labels-dev', mails: [{ from: 'some' }] });
    expect((await set!.mails[0]!.source()).toString()).toContain('Hello');
    const [other] = await withLabels(`${line}\n`);
    expect(other!.key).not.toBe(set!.key);
  });

  test.each([
    ['a mail that is not there', '{"file":"two.eml","kind":"failure","recipients":[]}', 'the first is two.eml'],
    ['a line that is no label', '{"file":"some--one.eml","kind":"failure","recipients":[]}\n{}', 'line 2'],
    ['a line that is no JSON', 'some--one.eml failure', 'line 1'],
  ])('with %s is refused', async (_what, labels, words) => {
    await expect(withLabels(labels)).rejects.toThrow(words);
  });

  test('without labels is refused', async () => {
    await expect(corpusSets(folder)).rejects.toThrow('no labels-*.jsonl');
    await expect(corpusSets(join(folder, 'missing'))).rejects.toThrow('no folder');
  });
});

function score(label: Label, prediction: Prediction): Tally {
  return scoreMail(label, prediction).tally;
}

function named(label: Label): Prediction['recipients'] {
  return label.recipients.map(({ address, verdict, status }) => ({ address, verdict, status: status ?? undefined }));
}
