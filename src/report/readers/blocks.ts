/**
 * What the text dialects share: the text above the returned mail, and the addresses in it with the words that follow
 * each. Takes plain text, gives blocks; pure and linear.
 */
import type { Message } from '../../message/message.ts';
import { cleanAddress, sameAddress } from '../../shared/address.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Action } from '../report.ts';

export interface Block {
  readonly address: string;
  /** The beginning of its line, up to the words. */
  readonly line: string;
  /** The words behind the address up to the next one or a gap. */
  readonly words: string;
  /** What became of it, where the text says so of this recipient. */
  readonly action?: Action;
}

// Where reporters begin to quote the mail that bounced; below, everything is the sender's own text.
const RETURNED =
  /^[-=_*|\s>]{0,30}(?:-{2,} ?)?(?:original message|original mail|this is a copy of (?:the|your) message|below (?:this|the next) line is a copy|message headers? follow|the (?:first \d+ lines?|header) of the original message|returned (?:message|mail follows|mail -{2,})|unsent message (?:below|follows)|your original message|included is a copy|forwarded message|message header|start of returned message|original message follows|message text follows|contents of the undelivered mail|header of the source mail|------? ?this is a copy)/i;
const RECEIVED = /^(?:>\s?)?(?:received:\s*from|return-path: ?<|received: \(qmail)/i;

/** A label in front of an address without a space between them: "收件人：a@b". Wide letters and digits are none of it. */
const LABEL =
  /^.{0,60}[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65](?=[!-~]+@)/u;

/** An address as prose has it; undefined when it is none. */
export function addressInProse(raw: string): string | undefined {
  return cleanAddress(raw.replace(LABEL, ''));
}

/** The pattern that finds its sentence wrapped anywhere, as it would be found in the text with single spaces. */
export function acrossLines({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll(' ', '\\s+'), flags);
}

/** What stands between empty lines. */
export function paragraphsOf(text: string): string[] {
  return text.split(/\n[ \t]*\n/);
}

/** Below it stands what a list server or a company adds to every mail (Mailman, Outlook). */
const FOOTER = /^_{20,}[ \t]*$/;

/** Found once for each mail: nearly every reader asks for them. */
const OWN_WORDS = new WeakMap<Message, string>();

/** The reporter's own words. */
export function ownWords(message: Message): string {
  const words = OWN_WORDS.get(message) ?? aboveReturned(message.text.slice(0, LIMITS.textChars));
  OWN_WORDS.set(message, words);
  return words;
}

function aboveReturned(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex(
    (line, index) =>
      (line.startsWith('_') && FOOTER.test(line)) ||
      (index > 0 && line !== '' && (RETURNED.test(line.slice(0, 200)) || RECEIVED.test(line))),
  );
  return end < 0 ? text : lines.slice(0, end).join('\n');
}

/** The beginning of the text, without a line that the limit would cut: half an address is somebody else's. */
export function linesUpTo(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, text.lastIndexOf('\n', limit) + 1);
}

/** How reports name the recipient before his address, in the languages they come in. */
const OF_RECIPIENT = [
  '(?:addressed |rcpt |could not be delivered |unable to deliver (?:message |mail )?)?to',
  '(?:failed |final |intended )?recipient(?: address)?|(?:undeliverable |failed )?address|e-?mail|error-for',
  'empfänger(?:adresse)?|an|destinataire|destinat[aá]rio|ontvanger|geadresseerde|mottagare|modtager|mottaker',
  'vastaanottaja|odbiorca|adresat|příjemce|címzett|alıcı|получатель|кому|宛先|あて先|送信先|收件人|收件者|受信者|받는 ?사람|수신자',
].join('|');
/** An address at the start of a line, whole, bare or in brackets, behind such a name. */
const AT_START = new RegExp(
  [
    /^[\s*•-]{0,12}(?<!-)"?/,
    `(?:(?:${OF_RECIPIENT})(?: ?/ ?(?:${OF_RECIPIENT}))?\\s*[:：]\\s*)?`,
    /<?((?:"[^"\s]{1,60}"|[^\s<>@"'(),;:]{1,64})@[\p{L}\p{N}\p{M}._-]{1,255}|[^\s<>@"'(),;:]{1,64}@\[[0-9a-f.:]{3,45}\])>?"?/u,
    /(?![\p{L}\p{N}\p{M}_@]|[.-]+[\p{L}\p{N}_]|(?!\s)[\p{Cc}\p{Cf}])/u,
  ]
    .map(part => (typeof part === 'string' ? part : part.source))
    .join(''),
  'iu',
);

/** `<a@b>: words`, `a@b` alone on a line, `a@b ... words`: each address that begins a line, with what follows it. */
export function addressBlocks(text: string): Block[] {
  const blocks: { address: string; line: string; words: string[] }[] = [];
  let empty = 0;
  for (const line of text.split('\n')) {
    const start = addressAtStart(line);
    const last = blocks.at(-1);
    // A reply may be folded before the address it repeats: that line still belongs to the block.
    const again = start !== undefined && last !== undefined && empty === 0 && sameAddress(last.address, start.address);
    if (start !== undefined && !again && blocks.length < LIMITS.recipients) {
      blocks.push({ address: start.address, line: start.head, words: [start.rest] });
      empty = 0;
    } else if (line.trim() === '') empty += 1;
    else if (last !== undefined && (empty === 0 || (empty === 1 && last.words.join('').trim() === ''))) {
      last.words.push(line.trim());
      empty = 0;
    }
  }
  return blocks.map(({ address, line, words }) => ({ address, line, words: words.join(' ').trim() }));
}

function addressAtStart(line: string): { address: string; head: string; rest: string } | undefined {
  if (line.length > 2000 || !line.includes('@')) return undefined;
  const match = AT_START.exec(line);
  const address = match === null ? undefined : addressInProse(match[1] ?? '');
  if (match === null || address === undefined) return undefined;
  // Postfix: "<a@b> (expanded from <c@d>): host ... said: ..."
  const behind = /^(?: \((?=[^()]*@)[^()]{1,400}\))?:?/.exec(line.slice(match[0].length))?.[0] ?? '';
  const head = `${match[0]}${behind}`;
  return { address, head: head.trim(), rest: line.slice(head.length).replace(/^[\s:,;.-]+/, '') };
}
