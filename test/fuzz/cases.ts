/**
 * One case of the fuzzer: a sample mail, changed by chance. Takes the samples, a seed and the case's number, gives its
 * bytes and the way to read it. The same three give the same case.
 */
import { CASE_BYTES, mutateBytes } from './bytes.ts';
import { chanceOf } from './chance.ts';
import type { Way } from './check.ts';
import { bytesOf, copyOf, entityOf } from './entity.ts';
import type { Entity } from './entity.ts';
import { mutateStructure } from './structure.ts';

export interface Sample {
  readonly name: string;
  readonly source: Buffer;
  readonly entity: Entity;
}

export interface Case {
  readonly from: string;
  readonly source: Buffer;
  readonly way: Way;
}

export function samplesOf(mails: readonly { readonly name: string; readonly source: Buffer }[]): Sample[] {
  return mails.map(({ name, source }) => ({ name, source, entity: entityOf(source) }));
}

/** One to four changes of structure, then none to three of bytes; a few cases of bytes alone. */
export function caseNumber(samples: readonly Sample[], seed: number, number: number): Case {
  const chance = chanceOf(seed, number);
  const sample = chance.pick(samples);
  const other = chance.pick(samples);
  let source = sample.source;
  const inStructure = chance.oneIn(6) ? 0 : 1 + chance.below(4);
  if (inStructure > 0) {
    const entity = copyOf(sample.entity);
    for (let count = 0; count < inStructure; count += 1) mutateStructure(entity, chance, other.entity);
    source = bytesOf(entity);
  }
  const inBytes = inStructure === 0 ? 1 + chance.below(4) : chance.below(4);
  for (let count = 0; count < inBytes; count += 1) source = mutateBytes(source, chance, other.source);
  return { from: sample.name, source: source.subarray(0, CASE_BYTES), way: chance.oneIn(2) ? 'source' : 'fetched' };
}
