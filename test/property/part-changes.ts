/**
 * Changes of a mail's MIME structure that leave what it says: other encodings, boundaries and orders, parts nobody
 * asked for, and what list servers and gateways wrap around.
 */
import type { Change } from './change.ts';
import { insertedAnywhere, shuffled } from './change.ts';
import { fieldValue, leavesOf, mapParts, typeOf, withField, withParts } from './mail-tree.ts';
import type { Field, Part } from './mail-tree.ts';
import { decodedBody, encodingOf, isEncodable, withBody } from './transfer.ts';
import type { Encoding } from './transfer.ts';

/** RFC 2045 6: the same text under another transfer encoding. */
export function reencoded(encoding: Encoding): Change {
  return {
    name: `parts ${encoding === 'as it is' ? 'without encoding' : `in ${encoding}`}`,
    apply(mail) {
      // A mail that declares nothing has no encoding either: what is inside of it is found by its looks.
      if (fieldValue(mail, 'content-type') === '' && /^\s*--\S/.test(mail.body ?? '')) return undefined;
      const isWanted = (part: Part): boolean => isEncodable(part) && encodingOf(part) !== encoding;
      if (!leavesOf(mail).some(isWanted)) return undefined;
      return mapParts(mail, part => (isWanted(part) ? withBody(part, decodedBody(part), encoding) : part));
    },
  };
}

const BOUNDARIES = ['=_next/part?(1)', '----=_Part_12_34.56', 'a', "it's:a,boundary", `${'=-'.repeat(33)}END`];

/** RFC 2046 5.1.1: any boundary will do; inner ones here begin as the outer one does. */
export const otherBoundaries: Change = {
  name: 'boundaries renamed',
  apply(mail, choose) {
    const stem = BOUNDARIES[choose(BOUNDARIES.length)]!;
    let count = 0;
    const changed = mapParts(mail, part => {
      if (!part.multipart) return part;
      count += 1;
      const boundary = `${stem}${count === 1 ? '' : count}`;
      const type = fieldValue(part, 'content-type').replace(
        /boundary\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;\s]+)/i,
        () => `boundary="${boundary}"`,
      );
      return { ...withField(part, 'Content-Type', type), multipart: { ...part.multipart, boundary } };
    });
    return count > 0 ? changed : undefined;
  },
};

/** RFC 6522 3 gives an order, and not everybody keeps it. */
export const otherOrder: Change = {
  name: 'parts of the report in another order',
  apply: (mail, choose) => inReport(mail, parts => shuffled(parts, choose)),
};

const EXTRA: readonly Part[] = [
  {
    fields: fieldsOf('image/png; name="icon.png"', 'base64', 'Content-ID: <icon.png>'),
    body: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  },
  { fields: fieldsOf('text/x-foo', '7bit'), body: '<eve@elsewhere.example>: 550 5.1.1 user unknown\n' },
  {
    fields: fieldsOf('text/plain; name="disclaimer.txt"', '7bit', 'Content-Disposition: attachment'),
    body: 'Delivery to eve@elsewhere.example failed permanently: user unknown\n',
  },
];

export const extraPart: Change = {
  name: 'a part of another kind added',
  apply: (mail, choose) => inOutermost(mail, parts => insertedAnywhere(parts, EXTRA[choose(EXTRA.length)]!, choose)),
};

const EMPTY: readonly Part[] = [
  { fields: [], body: '' },
  { fields: fieldsOf('text/plain; charset=utf-8', '7bit'), body: '' },
  { fields: fieldsOf('text/html', 'base64'), body: '\n' },
];

export const emptyPart: Change = {
  name: 'an empty part added',
  apply: (mail, choose) => inOutermost(mail, parts => insertedAnywhere(parts, EMPTY[choose(EMPTY.length)]!, choose)),
};

export const aroundParts: Change = {
  name: 'words before and behind the parts',
  apply: mail =>
    mail.multipart && {
      ...mail,
      multipart: { ...mail.multipart, preamble: 'This is a multi-part message in MIME format.\n', epilogue: '\nend\n' },
    },
};

/** Gateways lose the report type. */
export const flattened: Change = {
  name: 'multipart/report as multipart/mixed',
  apply(mail) {
    if (typeOf(mail) !== 'multipart/report' || !mail.multipart || !isFromMailer(mail)) return undefined;
    return withField(mail, 'Content-Type', `multipart/mixed; boundary="${mail.multipart.boundary}"`);
  },
};

export const LIST_FOOTER =
  '_______________________________________________\nOffers mailing list\nOffers@lists.example\nhttps://lists.example/o\n';
const PLAIN_FOOTER = '\n-- \nThis email has been checked for viruses by Example Antivirus.\n';

/** List servers and Exchange put a mail into a multipart/mixed of their own, with a footer behind it or without. */
export const wrapped = wrappedWith('in a multipart/mixed', undefined);
export const wrappedWithFooter = wrappedWith('in a multipart/mixed with a footer', PLAIN_FOOTER);
export const wrappedWithListFooter = wrappedWith(
  'in a multipart/mixed with a list footer with an address',
  LIST_FOOTER,
);

function wrappedWith(how: string, footer: string | undefined): Change {
  return {
    name: `wrapped ${how}`,
    apply(mail) {
      if (mail.body === undefined && !mail.multipart) return undefined;
      if (typeOf(mail) === 'multipart/report' && !isFromMailer(mail)) return undefined;
      const isOfContent = ({ name }: Field): boolean => /^content-/i.test(name);
      const { fields: all, ...content } = mail;
      const boundary = '===============wrapped==';
      const outer = { name: 'Content-Type', raw: ` multipart/mixed; boundary="${boundary}"` };
      const inner = { ...content, fields: all.filter(isOfContent) };
      const type = 'text/plain; charset="us-ascii"';
      const last = { fields: fieldsOf(type, '7bit', 'Content-Disposition: inline'), body: footer ?? '' };
      return {
        fields: [...all.filter(field => !isOfContent(field)), outer],
        multipart: { boundary, isClosed: true, epilogue: '', parts: footer === undefined ? [inner] : [inner, last] },
      };
    },
  };
}

/**
 * Without its type a report is known by its sender only: a person's mail with the same parts is one that he passes on.
 */
export function isFromMailer(mail: Part): boolean {
  const isMailer = /mailer-daemon|postmaster|mail delivery (?:sub)?system/i.test(fieldValue(mail, 'from'));
  const hasNullPath = fieldValue(mail, 'return-path') === '<>';
  return isMailer || hasNullPath || fieldValue(mail, 'x-failed-recipients') !== '';
}

function inReport(mail: Part, change: (parts: readonly Part[]) => Part[] | undefined): Part | undefined {
  if (typeOf(mail) !== 'multipart/report' || !mail.multipart) return undefined;
  const parts = change(mail.multipart.parts);
  return parts && withParts(mail, () => parts);
}

function inOutermost(mail: Part, change: (parts: readonly Part[]) => Part[]): Part | undefined {
  // The parts of an alternative are the same words in other forms (RFC 2046 5.1.4): another one would be those words.
  return mail.multipart && typeOf(mail) !== 'multipart/alternative' ? withParts(mail, change) : undefined;
}

function fieldsOf(type: string, encoding: string, more?: string): Field[] {
  const lines = [
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${encoding}`,
    ...(more === undefined ? [] : [more]),
  ];
  return lines.map(line => ({ name: line.slice(0, line.indexOf(':')), raw: line.slice(line.indexOf(':') + 1) }));
}
