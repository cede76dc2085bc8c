/**
 * The shape of a mail as IMAP tells it: BODYSTRUCTURE (RFC 3501 7.4.2). Takes the words of an answer, gives a
 * PartStructure within the limits of parts and depth; passes over what is beyond them, however much it is.
 */
import { LIMITS } from '../shared/limits.ts';
import { alone } from './answer-words.ts';
import type { Words } from './answer-words.ts';
import type { PartStructure } from './mailbox.ts';

/**
 * The value of a BODYSTRUCTURE, which is next; undefined for NIL. What is in a returned message is left out. Servers
 * leave out what comes last, and some the number of lines of a text.
 */
export function readStructure(words: Words): PartStructure | undefined {
  if (!words.opens()) {
    words.skip();
    return undefined;
  }
  let left: number = LIMITS.parts;
  /** Of a part whose list was entered; leaves it. */
  const part = (path: string, depth: number): PartStructure => {
    left -= 1;
    if (!words.opens()) return leaf(words, path === '' ? '1' : path);
    const children: PartStructure[] = [];
    for (let number = 1; ; number += 1) {
      if (left > 0 && depth < LIMITS.depth)
        children.push(part(path === '' ? `${number}` : `${path}.${number}`, depth + 1));
      else words.leave();
      if (!words.opens()) break;
    }
    const contentType = `multipart/${word(words)}`;
    const its = parameters(words);
    return { path, contentType, parameters: its, ...disposition(words), children };
  };
  return part('', 0);
}

/** body-type-1part behind its opening parenthesis. */
function leaf(words: Words, path: string): PartStructure {
  const contentType = `${word(words)}/${word(words)}`;
  const its = parameters(words);
  // Content-ID and description.
  pass(words, 2);
  const encoding = word(words);
  const size = word(words);
  if (!words.ended()) passOwnFields(words);
  return {
    path,
    contentType,
    parameters: its,
    ...(encoding === '' ? {} : { encoding }),
    ...(/^\d{1,15}$/.test(size) ? { sizeBytes: Number(size) } : {}),
    ...disposition(words),
    children: [],
  };
}

/** Behind the size: envelope, shape and lines of a message, or the lines of a text; then its MD5. */
function passOwnFields(words: Words): void {
  if (words.opens()) {
    words.leave();
    pass(words, 3);
  } else if (/^\d+$/.test(words.text() ?? '')) pass(words, 1);
}

/** body-fld-dsp, and the rest of the part, which is left. */
function disposition(words: Words): { disposition?: string } {
  let value = '';
  if (!words.ended() && words.opens()) {
    value = word(words);
    words.leave();
  } else pass(words, 1);
  words.leave();
  return value === '' ? {} : { disposition: value };
}

/** body-fld-param: names in lower case. */
function parameters(words: Words): Record<string, string> {
  const all = Object.create(null) as Record<string, string>;
  if (words.ended()) return all;
  if (!words.opens()) pass(words, 1);
  else {
    while (!words.closes()) {
      const name = word(words);
      if (!words.ended()) all[name] = alone(words.text() ?? '');
    }
  }
  return all;
}

/** The next string in lower case; empty for NIL, and where the list has ended. */
function word(words: Words): string {
  return words.ended() ? '' : alone(words.text()?.toLowerCase() ?? '');
}

function pass(words: Words, count: number): void {
  for (let left = count; left > 0 && !words.ended(); left -= 1) words.skip();
}
