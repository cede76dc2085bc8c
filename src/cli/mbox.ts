/**
 * Cuts an mbox into its mails as it streams by. Takes chunks of bytes, gives mails without their "From " lines and
 * with mboxrd's quoting undone. Never keeps more than one mail, and of that no more than the limit.
 */

export interface MboxSplitter {
  /** The mails that end within the bytes so far. */
  readonly push: (chunk: Buffer) => Buffer[];
  /** The last mail. */
  readonly end: () => Buffer[];
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const CAPITAL_F = 0x46;
const GREATER = 0x3e;
/** A line longer than this holds no mark of ours, and must not be kept whole. */
const LONGEST_LINE = 64 * 1024;
/** Of a line that may separate, as much as is looked at. */
const LOOKED_AT = 400;

/** As every writer ends it: "Thu Jan  1 00:00:00 2026", with or without zone (asctime(3), RFC 4155). */
const DATED =
  /^From .*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:\d{1,2} +)?(?:[A-Z][a-z]{2})\b.*\b\d{1,2}:\d\d\b.*\b\d{4}\b/;
/** Without a date, as some filters write it: the sender alone. */
const UNDATED = /^From \S+[ \t]*\r?\n?$/;
const QUOTED = /^>+From /;
const FIELD = /^[A-Za-z][!-9;-~]*:(?:[ \t\r\n]|$)/;

/** True when the bytes are the beginning of an mbox. */
export function beginsMbox(head: Buffer): boolean {
  const [first = '', second = ''] = head
    .subarray(0, 2 * LOOKED_AT)
    .toString('latin1')
    .split('\n');
  return DATED.test(first) || (UNDATED.test(first) && isHeader(second));
}

/**
 * Cuts at "From " lines that follow an empty line and end in a date, or name a sender alone before a header field:
 * mailers that trust Content-Length (mboxcl2) leave "From now on ..." in bodies as it is.
 * @param limitBytes what is over it shows that a mail is cut
 */
export function mboxSplitter(limitBytes: number): MboxSplitter {
  const { keep, finish } = mailSpool(limitBytes);
  let rest: Buffer = Buffer.alloc(0);
  let afterBlank = true;
  let inLongLine = false;
  /** A "From " line without date: the line after it tells what it is. */
  let doubtful: Buffer | undefined;

  /** A line that may be a mark: what of it belongs to the mail is kept, the mail that ended before it given. */
  const takeMarked = (line: Buffer): Buffer[] => {
    const text = line.subarray(0, LOOKED_AT).toString('latin1');
    const mails: Buffer[] = [];
    if (doubtful !== undefined) {
      if (isHeader(text)) mails.push(...finish());
      else keep(doubtful);
      doubtful = undefined;
    }
    if (afterBlank && DATED.test(text)) return [...mails, ...finish()];
    if (afterBlank && UNDATED.test(text)) doubtful = line;
    else keep(QUOTED.test(text) ? line.subarray(1) : line);
    return mails;
  };
  const push = (chunk: Buffer): Buffer[] => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const mails: Buffer[] = [];
    let from = 0;
    let at = 0;
    for (let end = bytes.indexOf(LINE_FEED, at); end >= 0; end = bytes.indexOf(LINE_FEED, at)) {
      const first = bytes[at];
      if (!inLongLine && (doubtful !== undefined || first === CAPITAL_F || first === GREATER)) {
        keep(bytes.subarray(from, at));
        mails.push(...takeMarked(bytes.subarray(at, end + 1)));
        from = end + 1;
      }
      afterBlank = !inLongLine && (end === at || (end === at + 1 && first === RETURN));
      inLongLine = false;
      at = end + 1;
    }
    keep(bytes.subarray(from, at));
    rest = bytes.subarray(at);
    if (rest.length > LONGEST_LINE) {
      keep(rest);
      rest = Buffer.alloc(0);
      inLongLine = true;
    }
    return mails;
  };
  const end = (): Buffer[] => {
    const mails = rest.length > 0 && !inLongLine ? takeMarked(rest) : [];
    keep(inLongLine ? rest : (doubtful ?? Buffer.alloc(0)));
    return [...mails, ...finish()];
  };
  return { push, end };
}

interface Spool {
  readonly keep: (bytes: Buffer) => void;
  /** Ends the mail; what stands before the first mark, if nothing, is none. */
  readonly finish: () => Buffer[];
}

/** The mail being read, up to the limit. */
function mailSpool(limitBytes: number): Spool {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let begun = false;
  const keep = (bytes: Buffer): void => {
    if (keptBytes > limitBytes || bytes.length === 0) return;
    kept.push(bytes);
    keptBytes += bytes.length;
  };
  const finish = (): Buffer[] => {
    const mail = withoutLastBlank(Buffer.concat(kept));
    const mails = begun || mail.length > 0 ? [mail] : [];
    kept = [];
    keptBytes = 0;
    begun = true;
    return mails;
  };
  return { keep, finish };
}

/** A mail begins with a header field, or with another mailer's quoted "From " line above it. */
function isHeader(line: string): boolean {
  return FIELD.test(line) || QUOTED.test(line);
}

/** The empty line before the next "From " line is the mbox's, not the mail's. */
function withoutLastBlank(mail: Buffer): Buffer {
  if (mail.subarray(-4).toString('latin1') === '\r\n\r\n') return mail.subarray(0, -2);
  return mail.subarray(-2).toString('latin1') === '\n\n' ? mail.subarray(0, -1) : mail;
}
