/**
 * What the text dialects share: the text above the returned mail, and the addresses in it with the words that follow
 * each. Takes plain text, gives blocks; pure and linear.
 */
import { cleanAddress } from '../../shared/address.ts';
import { LIMITS } from '../../shared/limits.ts';

export interface Block {
  readonly address: string;
  /** The line the address stands in. */
  readonly line: string;
  /** The words behind it up to the next address or a gap. */
  readonly words: string;
}

// Where reporters begin to quote the mail that bounced; below, everything is the sender's own text.
const RETURNED =
  /^[-=_*\s>]{0,10}(?:-{2,} ?)?(?:original message|original mail|this is a copy of (?:the|your) message|below this line is a copy|message headers? follow|the (?:first \d+ lines?|header) of the original message|returned message|unsent message (?:below|follows)|your original message|included is a copy|forwarded message|message header|start of returned message|original message follows|------? ?this is a copy)/i;
const RECEIVED = /^(?:>\s?)?(?:received: from|return-path: <|received: \(qmail)/i;

/** The reporter's own words. */
export function ownWords(text: string): string {
  const lines = text.slice(0, LIMITS.textChars).split('\n');
  const end = lines.findIndex((line, index) => index > 0 && (RETURNED.test(line.slice(0, 200)) || RECEIVED.test(line)));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n');
}

/** `<a@b>: words`, `a@b` alone on a line, `a@b ... words`: each address that begins a line, with what follows it. */
export function addressBlocks(text: string): Block[] {
  const blocks: { address: string; line: string; words: string[] }[] = [];
  let empty = 0;
  for (const line of text.split('\n')) {
    const start = addressAtStart(line);
    const last = blocks.at(-1);
    if (start !== undefined && blocks.length < LIMITS.recipients) {
      blocks.push({ address: start.address, line: line.trim(), words: [start.rest] });
      empty = 0;
    } else if (line.trim() === '') empty += 1;
    else if (last !== undefined && (empty === 0 || (empty === 1 && last.words.join('').trim() === ''))) {
      last.words.push(line.trim());
      empty = 0;
    }
  }
  return blocks.map(({ address, line, words }) => ({ address, line, words: words.join(' ').trim() }));
}

function addressAtStart(line: string): { address: string; rest: string } | undefined {
  if (line.length > 2000) return undefined;
  const match =
    /^[\s*•-]{0,12}"?(?:(?:to|recipient|e-?mail|address|failed recipient|rcpt to)\s*:\s*)?<?((?:"[^"\s]{1,60}"|[^\s<>@"'(),;:]{1,64})@[\p{L}\p{N}._-]{1,255}|[^\s<>@"'(),;:]{1,64}@\[[0-9a-f.:]{3,45}\])>?"?(?![\w@])/iu.exec(
      line,
    );
  const address = match === null ? undefined : cleanAddress(match[1] ?? '');
  if (match === null || address === undefined) return undefined;
  return { address, rest: line.slice(match[0].length).replace(/^[\s:,;.-]+/, '') };
}
