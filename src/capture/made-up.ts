/**
 * Words and ids that mean nothing. Takes a word or id and a salt, gives another of the same script, case and length,
 * the same for the same. Not to be undone, nor a guess to be verified, without the salt. Pure.
 */
import { createHash } from 'node:crypto';

export interface MadeUp {
  /** Letters for letters of the same script, in syllables. */
  word(word: string): string;
  /** Digits for digits, letters for letters; hexadecimal digits for such. */
  id(id: string): string;
  /** The words that were replaced, lower case. */
  readonly words: ReadonlySet<string>;
}

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';
/** Characters by script that every charset of the script has. */
const ALPHABETS: readonly (readonly [script: RegExp, letters: string])[] = [
  [/\p{Script=Cyrillic}/u, 'аеиорнтслк'],
  [/\p{Script=Greek}/u, 'αειοτνσρλκ'],
  [/\p{Script=Han}/u, '山川林石花竹'],
  [/\p{Script=Hangul}/u, '나라마바사'],
  [/\p{Script=Hiragana}/u, 'あいうえお'],
  [/[\p{Script=Katakana}ー]/u, 'アイカキタナ'],
  [/\p{Script=Latin}/u, 'éöüä'],
];
/** After so many, what is made is taken though it stands for something else, or is in the mail, too. */
const TRIES = 60;

/**
 * @param salt chance that nobody keeps
 * @param taken words, lower case, that nothing is replaced by
 */
export function madeUp(salt: string, taken: ReadonlySet<string>): MadeUp {
  const given = new Map<string, string>();
  const used = new Set<string>(taken);
  const words = new Set<string>();
  const once = (key: string, make: (dice: Dice, tries: number) => string): string => {
    const known = given.get(key);
    if (known !== undefined) return known;
    let made = '';
    for (let tries = 0; tries <= TRIES; tries += 1) {
      made = make(diceOf(`${salt} ${key} ${tries}`), tries);
      if (!used.has(made)) break;
    }
    used.add(made);
    given.set(key, made);
    return made;
  };
  return {
    words,
    word: original => {
      const lower = original.toLowerCase();
      words.add(lower);
      // When all short ones are taken, it gets longer.
      const room = (tries: number): string => (tries > TRIES / 2 ? `${lower}${'a'.repeat(tries % 4)}` : lower);
      const made = once(`word ${lower}`, (dice, tries) => syllables(room(tries), dice));
      return withCaseOf(original, made);
    },
    id: original => {
      const lower = original.toLowerCase();
      return withCaseOf(
        original,
        once(`id ${lower}`, dice => sameShape(lower, dice)),
      );
    },
  };
}

/** A number from 0 below the limit, another one each time, the same ones for the same seed. */
type Dice = (below: number) => number;

function diceOf(seed: string): Dice {
  let bytes = createHash('sha256').update(seed).digest();
  let at = 0;
  return below => {
    if (at + 4 > bytes.length) {
      bytes = createHash('sha256').update(bytes).digest();
      at = 0;
    }
    at += 4;
    return bytes.readUInt32BE(at - 4) % below;
  };
}

function syllables(word: string, dice: Dice): string {
  let isVowel = dice(2) === 0;
  return Array.from(word, char => {
    if (/[a-z]/.test(char)) {
      isVowel = !isVowel;
      return pick(isVowel ? VOWELS : CONSONANTS, dice);
    }
    if (!/\p{L}/u.test(char)) return char;
    return pick(ALPHABETS.find(([script]) => script.test(char))?.[1] ?? VOWELS, dice);
  }).join('');
}

function sameShape(id: string, dice: Dice): string {
  const isHex = /^[0-9a-f]+$/.test(id);
  return Array.from(id, char => {
    if (/\p{N}/u.test(char)) return String(dice(10));
    if (/[a-z]/.test(char)) return pick(isHex ? 'abcdef' : `${CONSONANTS}${VOWELS}`, dice);
    return /\p{L}/u.test(char) ? syllables(char, dice) : char;
  }).join('');
}

function pick(letters: string, dice: Dice): string {
  const each = Array.from(letters);
  return each[dice(each.length)] ?? 'x';
}

function withCaseOf(original: string, made: string): string {
  const chars = Array.from(original);
  return Array.from(made, (char, index) => {
    const like = chars[index] ?? chars.at(-1) ?? '';
    return like !== like.toLowerCase() ? char.toUpperCase() : char;
  }).join('');
}
