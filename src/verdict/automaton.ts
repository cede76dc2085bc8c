/**
 * Runs a pattern over a text, all its ways at once (Thompson's construction): time grows with the text's length times
 * the pattern's, never faster, whatever a stranger writes. Takes a Pattern, gives a test. Pure.
 */
import type { Pattern, Place } from './pattern.ts';

/** A state of the automaton: where to go on, at once or behind a character or at a place. */
interface State {
  readonly accepts?: (character: string) => boolean;
  readonly place?: Place;
  /** Numbers of states; empty in the last one. */
  readonly next: number[];
}

/** States of one pattern at most: counts such as {100} multiply them. */
const MOST_STATES = 3000;

/** True for a text in which the pattern stands. */
export type Search = (text: string) => boolean;

/** @returns undefined where the pattern is too large, by its counts */
export function searchFor(pattern: Pattern): Search | undefined {
  const states: State[] = [];
  const first = build(pattern, add(states, {}), states);
  if (states.length > MOST_STATES) return undefined;
  return text => run(states, first, Array.from(text));
}

const LAST = 0;

function add(states: State[], state: Omit<State, 'next'>, ...next: number[]): number {
  states.push({ ...state, next });
  return states.length - 1;
}

/** The state to begin with so that `pattern` leads on to `next`. */
function build(pattern: Pattern, next: number, states: State[]): number {
  // Too large already: what is built from here on is thrown away.
  if (states.length > MOST_STATES) return next;
  switch (pattern.kind) {
    case 'char':
      return add(states, { accepts: pattern.accepts }, next);
    case 'place':
      return add(states, { place: pattern.place }, next);
    case 'all':
      return pattern.of.reduceRight((after, one) => build(one, after, states), next);
    case 'any':
      return add(states, {}, ...pattern.of.map(one => build(one, next, states)));
    case 'repeat':
      return repeat(pattern, next, states);
  }
}

function repeat({ of, min, max }: Extract<Pattern, { kind: 'repeat' }>, next: number, states: State[]): number {
  let at = next;
  if (max === Infinity) {
    at = add(states, {}, next);
    states[at]?.next.push(build(of, at, states));
  }
  for (let count = min; count < max && max !== Infinity && states.length <= MOST_STATES; count += 1) {
    at = add(states, {}, next, build(of, at, states));
  }
  for (let count = 0; count < min && states.length <= MOST_STATES; count += 1) at = build(of, at, states);
  return at;
}

function run(states: readonly State[], first: number, text: readonly string[]): boolean {
  const reached = new Int32Array(states.length).fill(-1);
  let waiting: number[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    const open = [...waiting, first];
    waiting = [];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (number === LAST) return true;
      const state = reached[number] === at ? undefined : states[number];
      reached[number] = at;
      if (state === undefined || !passes(state, text, at)) continue;
      (state.accepts === undefined ? open : waiting).push(...state.next);
    }
  }
  return false;
}

function passes({ accepts, place }: State, text: readonly string[], at: number): boolean {
  const character = text[at];
  if (accepts !== undefined) return character !== undefined && accepts(character);
  return place === undefined || holds(place, text, at);
}

function holds(place: Place, text: readonly string[], at: number): boolean {
  if (place === 'start') return at === 0;
  if (place === 'end') return at === text.length;
  const isEdge = isWord(text[at - 1]) !== isWord(text[at]);
  return place === 'edge' ? isEdge : !isEdge;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^\w$/.test(character);
}
