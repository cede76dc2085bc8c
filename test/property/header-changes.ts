/**
 * Changes of header fields that RFC 5322 and RFC 3464 leave without meaning: folds, the case of names, fields nobody
 * knows, and the traces that a mail gathers on its way.
 */
import type { Change, Choose } from './change.ts';
import { insertedAnywhere } from './change.ts';
import { isMachinePart, mapParts } from './mail-tree.ts';
import type { Field, Part } from './mail-tree.ts';
import { decodedBody, isEncodable, withBody } from './transfer.ts';

const LINE_CHARS = 900; // RFC 5322 2.1.1 allows 998

/** RFC 5322 2.2.3: a field may be folded before any white space, and is the same without its folds. */
export const refolded: Change = {
  name: 'headers refolded',
  apply: (mail, choose) =>
    mapParts(mail, part => ({ ...part, fields: part.fields.map(field => refoldedField(field, choose)) })),
};

export const unfolded: Change = {
  name: 'headers unfolded',
  apply: mail => mapParts(mail, part => ({ ...part, fields: part.fields.map(unfoldedField) })),
};

/** RFC 3464 2.1: the fields of a delivery status follow the same rules. */
export const statusRefolded: Change = {
  name: 'delivery-status fields refolded',
  apply: (mail, choose) =>
    withStatusLines(mail, line => {
      const [name, raw] = splitLine(line);
      return name === '' ? [line] : [`${name}:${refoldedField({ name, raw }, choose).raw}`];
    }),
};

/** RFC 5322 1.2.2: names of fields are the same in any case. */
export const otherCase: Change = {
  name: 'case of field names',
  apply: (mail, choose) => {
    const inMail = mapParts(mail, part => ({ ...part, fields: part.fields.map(field => otherName(field, choose)) }));
    return (
      withStatusLines(inMail, line => {
        const [name, raw] = splitLine(line);
        return name === '' ? [line] : [`${otherName({ name, raw }, choose).name}:${raw}`];
      }) ?? inMail
    );
  },
};

const UNKNOWN: readonly Field[] = [
  { name: 'X-Spam-Status', raw: ' No, score=-1.9 required=5.0 tests=BAYES_00,\n\tRCVD_IN_NOWHERE autolearn=ham' },
  { name: 'X-Mail-Filter-Id', raw: ' 550.5.1.1.rejected.user.unknown' },
  { name: 'X-Original-Recipients', raw: ' someone@elsewhere.example' },
  { name: 'Organization', raw: ' Example Ltd.' },
];

/** RFC 5322 3.6.8: anybody may add fields that others do not know. */
export const unknownFields: Change = {
  name: 'unknown header fields',
  apply(mail, choose) {
    // Behind a line that is no field a header may have ended already.
    const isWhole = (part: Part): boolean => part.fields.every(({ name }) => name !== '');
    if (!isWhole(mail)) return undefined;
    return mapParts(mail, part => {
      const one = UNKNOWN[choose(UNKNOWN.length)]!;
      return isWhole(part) ? { ...part, fields: insertedAnywhere(part.fields, one, choose) } : part;
    });
  },
};

/** RFC 3464 2.2 and 2.3 have extension fields, of the message and of each recipient. */
export const extensionFields: Change = {
  name: 'unknown delivery-status fields',
  apply: mail =>
    withStatusLines(mail, line =>
      /^(?:reporting-mta|action)[ \t]*:/i.test(line) ? ['X-Example-Queue-Id: 5.1.1-44', line] : [line],
    ),
};

const TRACES: readonly Field[] = [
  {
    name: 'Received',
    raw: ' from relay.elsewhere.example (relay.elsewhere.example [203.0.113.9])\n\tby mx.elsewhere.example with ESMTPS id 77abc\n\tfor <news@shop.example>; Thu, 20 Nov 2025 10:00:00 +0000',
  },
  { name: 'ARC-Seal', raw: ' i=2; a=rsa-sha256; cv=pass; d=elsewhere.example; s=arc; b=Zm9vYmFy\n Zm9vYmFy' },
  { name: 'ARC-Message-Signature', raw: ' i=2; a=rsa-sha256; d=elsewhere.example; h=from:to; bh=Zm8=; b=YmFy' },
  { name: 'ARC-Authentication-Results', raw: ' i=2; mx.elsewhere.example;\n dkim=none; spf=none smtp.mailfrom=""' },
  { name: 'Authentication-Results', raw: ' mx.elsewhere.example; dkim=none; spf=none; dmarc=fail' },
  { name: 'X-Received', raw: ' by 2002:a05:6000:1 with SMTP id q1;\n Thu, 20 Nov 2025 10:00:00 +0000 (UTC)' },
];

/** RFC 5321 4.4, RFC 8601, RFC 8617: whoever passes a mail on writes on top of it. */
export const traced: Change = {
  name: 'trace fields on top',
  apply: (mail, choose) => {
    const from = choose(TRACES.length);
    return { ...mail, fields: [...TRACES.slice(from), ...TRACES.slice(0, from), ...mail.fields] };
  },
};

/** Blanks at the end of a field's line mean nothing. */
export const blanksBehindFields: Change = {
  name: 'blanks behind header fields',
  apply: (mail, choose) =>
    mapParts(mail, part => ({
      ...part,
      fields: part.fields.map(({ name, raw }) => ({ name, raw: raw + [' ', '\t', '   '][choose(3)]! })),
    })),
};

function refoldedField(field: Field, choose: Choose): Field {
  if (field.name === '') return field;
  const { name, raw } = unfoldedField(field);
  let line = `${name}:`;
  let folded = '';
  for (const piece of raw.split(/(?=(?<![ \t])[ \t])/)) {
    const isText = piece.trim() !== '' && line.trim() !== '';
    const breaks = isText && /^[ \t]/.test(piece) && (choose(3) === 0 || line.length + piece.length > LINE_CHARS);
    folded += breaks ? `\n${piece}` : piece;
    line = breaks ? piece : line + piece;
  }
  return { name, raw: folded };
}

function unfoldedField({ name, raw }: Field): Field {
  return name === '' ? { name, raw } : { name, raw: raw.replace(/\n(?=[ \t])/g, '') };
}

function otherName({ name, raw }: Field, choose: Choose): Field {
  const way = choose(3);
  if (way === 0) return { name: name.toLowerCase(), raw };
  if (way === 1) return { name: name.toUpperCase(), raw };
  return { name: name.replace(/[a-z]/gi, one => (choose(2) === 0 ? one.toUpperCase() : one.toLowerCase())), raw };
}

/** The mail with each unfolded line of its delivery status changed; undefined where it has none. */
function withStatusLines(mail: Part, change: (line: string) => readonly string[]): Part | undefined {
  let count = 0;
  const changed = mapParts(mail, part => {
    if (!isMachinePart(part) || !isEncodable(part)) return part;
    const text = decodedBody(part);
    const lines = text.split(/\n(?![ \t])/).flatMap(line => change(line));
    if (lines.join('\n') !== text) count += 1;
    return withBody(part, lines.join('\n'));
  });
  return count > 0 ? changed : undefined;
}

function splitLine(line: string): [name: string, raw: string] {
  const name = /^[A-Za-z][\w-]*(?=:)/.exec(line)?.[0] ?? '';
  return [name, name === '' ? line : line.slice(name.length + 1)];
}
