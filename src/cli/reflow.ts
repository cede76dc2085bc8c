/**
 * Help texts in fewer columns than they were written for: paragraphs and options are filled anew. Takes a text and the
 * room there is, gives text; pure.
 */
import { fitted } from './table.ts';

/** A line that opens a paragraph of its own whatever stands before it. */
const OPENS = /^(usage:|example:|exit codes:| {2})/;

/** The text as it is where it fits. */
export function reflowed(text: string, room = Infinity): string {
  if (text.split('\n').every(line => line.length <= room)) return text;
  const blocks: string[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    if (last !== undefined && continues(last, line)) blocks[blocks.length - 1] = `${last} ${line.trim()}`;
    else blocks.push(line);
  }
  // A command to be copied stays one line: the terminal breaks it, and copies it whole.
  return blocks.map(block => (block.startsWith('example: ') ? block : fitted(block, room))).join('\n');
}

/** The rest of a paragraph, of an option's words, or of a usage's options. */
function continues(block: string, line: string): boolean {
  if (block.trim() === '' || line.trim() === '') return false;
  const indent = line.length - line.trimStart().length;
  if (indent === 0) return !OPENS.test(block.replace(/^exit codes:/, '')) && !OPENS.test(line);
  const textAt = /^ *\S.*? {2,}(?=\S)/.exec(block)?.[0].length ?? Infinity;
  return line.trimStart().startsWith('[') || indent === textAt;
}
