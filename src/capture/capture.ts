/**
 * A mail made fit to be shared: a fixture. Takes its bytes and a way to read a mail, gives the bytes with everything
 * private replaced and what is read in them, or why there is none: it reads otherwise, or something private is left.
 * Pure: what nobody can undo is decided by the salt it is given.
 */
import { readMessage, rawFromSource } from '../message/message.ts';
import { isCandidate } from '../report/report.ts';
import { cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import { differences } from './compare.ts';
import type { Reading, Seen } from './compare.ts';
import { readEntity } from './entity.ts';
import type { Entity } from './entity.ts';
import { expectationOf } from './expected.ts';
import type { Expectation } from './expected.ts';
import { decodedField } from './fields.ts';
import { leaksOf, tokensOf } from './leaks.ts';
import { isPublicLocal, isPublicWord, OWN_STAND_IN, publicSuffix, WORD } from './public.ts';
import { rewrite } from './rewrite.ts';
import { openScanner } from './scan.ts';
import { standIns } from './stand-ins.ts';
import type { Counts, OwnAddress } from './stand-ins.ts';
import { subjectsIn } from './text.ts';

export type { Expectation } from './expected.ts';

export interface CaptureTools {
  /** How the program reads a mail. */
  readonly read: (source: Buffer) => Promise<Reading>;
  /** Chance that nobody keeps: with it, a guess at what was replaced could be verified. */
  readonly salt: string;
  /** Words that stay though no list has them. */
  readonly keep: readonly string[];
}

export type Capture =
  | {
      readonly kind: 'captured';
      readonly source: Buffer;
      readonly expected: Expectation;
      readonly counts: Counts;
      /** Words of the refusals that were replaced, as they stood in the original: not to be shared unseen. */
      readonly replacedInRefusals: readonly string[];
    }
  | { readonly kind: 'refused'; readonly differences: readonly string[]; readonly leaks: readonly string[] };

/** @param given the whole mail; bytes past LIMITS.sourceBytes are left out */
export async function captureMail(given: Buffer, { read, salt, keep: kept }: CaptureTools): Promise<Capture> {
  const source = given.subarray(0, LIMITS.sourceBytes);
  const keep = new Set(kept.map(word => word.toLowerCase()));
  const before = await seen(source, read);
  const headers = before.message.headers;
  const stand = standIns(salt, tokensOf(source), ownAddress(headers));
  const scanner = openScanner(stand, { phrases: await phrasesOf(before, keep), keep });
  const text = source.toString('latin1');
  const entity = readEntity(text);
  const boundaries = new Map(boundariesOf(entity).map(one => [one, boundaryFor(one, scanner.scan(one, 'public'))]));
  const fromMachine = before.reading.verdicts.length > 0 || isCandidate(headers);
  const lineEnd = text.includes('\r\n') ? '\r\n' : text.includes('\n') ? '\n' : '\r';
  const written = await rewrite(entity, { scanner, keep, fromMachine, boundaries, lineEnd });
  const captured = Buffer.from(written, 'latin1');
  const after = await seen(captured, read);
  const differing = differences(before, after, one => scanner.scan(one, 'public'));
  const leaks = leaksOf(source, captured, keep);
  if (differing.length + leaks.length > 0) return { kind: 'refused', differences: differing, leaks };
  return {
    kind: 'captured',
    source: captured,
    expected: expectationOf(after),
    counts: stand.counts(),
    replacedInRefusals: replacedInRefusals(before, stand.words, keep),
  };
}

async function seen(source: Buffer, read: CaptureTools['read']): Promise<Seen> {
  const [reading, message] = [await read(source), await readMessage(rawFromSource(source))];
  return { reading, message };
}

/** The address that the mail came to: the fixtures' account is news@shop.example. */
function ownAddress(headers: HeaderFields): OwnAddress | undefined {
  const value = headerValue(headers, 'delivered-to') ?? headerValue(headers, 'to') ?? '';
  const address = cleanAddress(value)?.toLowerCase();
  const [local = '', domain] = address?.split('@') ?? [];
  if (address === undefined || domain === undefined || isPublicLocal(local)) return undefined;
  const standsFor = OWN_STAND_IN;
  return publicSuffix(domain) === undefined ? { address, domain, standsFor } : { address, standsFor };
}

/** Names of people and subjects of several words, longest first; no subject that is a report's own. */
async function phrasesOf({ message }: Seen, keep: ReadonlySet<string>): Promise<string[]> {
  const returned = message.returned?.headers ?? [];
  const names = [
    ...['to', 'cc', 'delivered-to'].flatMap(name => headerValues(message.headers, name)),
    ...['from', 'to', 'cc', 'reply-to', 'sender'].flatMap(name => headerValues(returned, name)),
  ];
  const decoded = await Promise.all([...names, ...headerValues(returned, 'subject')].map(decodedField));
  const shown = decoded.slice(0, names.length).flatMap(value => value.split(',').map(displayName));
  const subjects = [...decoded.slice(names.length), ...subjectsIn(message.text)].map(one => one.trim());
  const own = subjects.filter(subject => !isCandidate([{ name: 'subject', value: subject }]));
  const phrases = [...shown, ...own].filter(phrase => {
    const words = phrase.match(WORD) ?? [];
    return (
      !phrase.includes('@') &&
      words.length > 1 &&
      phrase.length < LIMITS.quoteChars &&
      !words.every(word => keep.has(word.toLowerCase()))
    );
  });
  return [...new Set(phrases)].sort((one, other) => other.length - one.length).slice(0, LIMITS.recipients);
}

function displayName(value: string): string {
  return value
    .replace(/<[^<>]{0,400}>/g, '')
    .replace(/["']/g, '')
    .trim();
}

function boundariesOf({ body }: Entity): string[] {
  if (body.kind === 'mail') return boundariesOf(body.mail);
  if (body.kind === 'leaf') return [];
  return [body.boundary, ...body.pieces.flatMap(piece => (piece.kind === 'part' ? boundariesOf(piece.part) : []))];
}

/** RFC 2046 5.1.1: at most 70 characters, ASCII. */
function boundaryFor(boundary: string, made: string): string {
  return /^[ -~]+$/.test(made) ? made : boundary.replace(/[A-Za-z0-9]/g, 'b');
}

/** Words of names and hosts are none of the server's own. */
function replacedInRefusals({ reading }: Seen, replaced: ReadonlySet<string>, keep: ReadonlySet<string>): string[] {
  const words = reading.verdicts.flatMap(({ diagnostic, refusal, names }) => {
    const ofNames = new Set(names.flatMap(name => name.toLowerCase().match(WORD) ?? []));
    const told = `${diagnostic ?? ''} ${refusal?.prose ?? ''}`.replace(/\S*[@.][^\s.]\S*/g, ' ');
    return (told.match(WORD) ?? []).filter(word => !ofNames.has(word.toLowerCase()));
  });
  const unknown = words.filter(word => replaced.has(word.toLowerCase()) && !isPublicWord(word, keep));
  return [...new Set(unknown)].filter(word => /^\p{L}+$/u.test(word));
}
