/**
 * A text for people as it may be shared: the mail system's words stay, a mail quoted in it is treated as a mail. Takes
 * decoded text, gives the text and, before that, the names and subjects in it. Never keeps the body of a quoted mail.
 */
import type { Scanner, Words } from './scan.ts';

/** Stands for what somebody wrote. */
export const LEFT_OUT = 'The text of this mail is left out.';

/** Fields that mails have and reports of them have not. */
const FIELD_OF_MAIL =
  /^[> ]{0,4}(?:received|message-id|from|to|cc|date|subject|return-path|mime-version|reply-to|dkim-signature|x-mailer|content-type|x-clevertap_meta|list-unsubscribe|delivered-to|sender)[ \t]*:/i;
const FIELD = /^[> ]{0,4}[!-9;-~]{1,100}[ \t]*:/;
const FOLD = /^[> ]{0,4}[ \t]+\S/;
const SUBJECT =
  /^(?<label>[^:\n]{0,40}\b(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp)\b[^:\n]{0,20}:)(?<rest>.*)$/i;
const SUBJECT_CJK = /^(?<label>\s*(?:件名|主题|主題|제목)\s*[:：])(?<rest>.*)$/;
const PEOPLE = /^[> ]{0,4}(?:from|to|cc|reply-to|sender)[ \t]*:/i;
const REPORT =
  /^[> ]{0,4}(?:from|return-path)[ \t]*:.*(?:mailer-?daemon|postmaster)|multipart\/report|delivery-status/i;
const FIELDS_OF_A_MAIL = 3;

/** The quoted mail in a text: its first header line, and the line behind its header. */
interface Quoted {
  /** What each of its lines begins with: blanks, or ">" as in answers. */
  readonly indent: string;
  readonly from: number;
  readonly to: number;
}

/** @param words what stays of the rest */
export function sharedText(text: string, words: Words, scanner: Scanner): string {
  const lines = text.split('\n');
  const quoted = quotedMail(lines);
  const before = lines.slice(0, quoted?.from).map(line => sharedLine(line, words, scanner));
  if (quoted === undefined) return before.join('\n');
  const header = lines.slice(quoted.from, quoted.to).map(line => sharedField(line, scanner));
  // A report inside a report is what tells why.
  const isReport = lines.slice(quoted.from, quoted.to).some(line => REPORT.test(line));
  const bodyEnd = isReport ? quoted.to : endOfBody(lines, quoted);
  const body = lines.slice(quoted.to, bodyEnd);
  const end = /\r$/.test(lines[quoted.from] ?? '') ? '\r' : '';
  const told = body.some(line => line.trim() !== '') ? [end, quoted.indent + LEFT_OUT + end, end] : body;
  const behind = bodyEnd < lines.length ? sharedText(lines.slice(bodyEnd).join('\n'), words, scanner).split('\n') : [];
  return [...before, ...header, ...told, ...behind].join('\n');
}

/** Subjects that a text names. */
export function subjectsIn(text: string): string[] {
  return text.split('\n').flatMap(line => subjectOf(line)?.rest.trim() ?? []);
}

function sharedLine(line: string, words: Words, scanner: Scanner): string {
  const subject = subjectOf(line);
  if (subject === undefined) return scanner.scan(line, words);
  return scanner.scan(subject.label, words) + scanner.scan(subject.rest, 'none');
}

function sharedField(line: string, scanner: Scanner): string {
  if (!PEOPLE.test(line)) return sharedLine(line, 'public', scanner);
  const colon = line.indexOf(':') + 1;
  return line.slice(0, colon) + scanner.scan(line.slice(colon), 'none');
}

function subjectOf(line: string): { readonly label: string; readonly rest: string } | undefined {
  const { label, rest } = (SUBJECT.exec(line) ?? SUBJECT_CJK.exec(line))?.groups ?? {};
  return label === undefined || rest === undefined ? undefined : { label, rest };
}

/** The body of a quoted mail is as far to the right as its header. */
function endOfBody(lines: readonly string[], { indent, to }: Quoted): number {
  if (indent === '') return lines.length;
  const end = lines.findIndex((line, at) => at >= to && line.trim() !== '' && !line.startsWith(indent));
  return end < 0 ? lines.length : end;
}

/** The first run of header lines that is a mail's. */
function quotedMail(lines: readonly string[]): Quoted | undefined {
  let from = 0;
  while (from < lines.length) {
    if (!FIELD.test(lines[from] ?? '')) {
      from += 1;
      continue;
    }
    let to = from + 1;
    while (to < lines.length && (FIELD.test(lines[to] ?? '') || FOLD.test(lines[to] ?? ''))) to += 1;
    const names = lines.slice(from, to).filter(line => FIELD_OF_MAIL.test(line));
    if (new Set(names.map(line => line.slice(0, line.indexOf(':')).toLowerCase())).size >= FIELDS_OF_A_MAIL) {
      return { indent: /^[> ]*/.exec(lines[from] ?? '')?.[0] ?? '', from, to };
    }
    from = to;
  }
  return undefined;
}
