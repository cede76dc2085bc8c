/**
 * Mutations of a mail's structure: parts, types, encodings, charsets, fields, addresses, delivery-status fields. Takes
 * a tree that may be changed and chance, changes it in one place.
 */
import type { Chance } from './chance.ts';
import { allOf, copyOf, fieldPlace, latin1, setField } from './entity.ts';
import type { Entity } from './entity.ts';
import { ADDRESSES, CHARSETS, ENCODINGS, PIECES, TYPES, VALUES } from './nasty.ts';

/** Changes the tree, perhaps with a part of another mail. */
export type Mutation = (root: Entity, chance: Chance, other: Entity) => void;

const MOST_REPEATS = 400;
const FIELD_NAMES = [
  ...['From', 'To', 'Subject', 'Date', 'Message-ID', 'Return-Path', 'Received', 'X-Failed-Recipients'],
  ...['Auto-Submitted', 'Content-Type', 'Content-Transfer-Encoding', 'Content-Disposition', 'References'],
  ...['In-Reply-To', 'Precedence', 'Delivered-To', 'X-Autoreply', '__proto__', 'constructor'],
];
const STATUS_NAMES = [
  ...['Final-Recipient', 'Original-Recipient', 'X-Actual-Recipient', 'Action', 'Status', 'Diagnostic-Code'],
  ...['Remote-MTA', 'Last-Attempt-Date', 'Reporting-MTA', 'Arrival-Date', 'X-Original-Message-ID', '__proto__'],
];

/** Applies one mutation, picked by chance. */
export function mutateStructure(root: Entity, chance: Chance, other: Entity): void {
  chance.pick(MUTATIONS)(root, chance, other);
}

/** A piece of text repeated: mostly often, sometimes very often. */
export function runOf(chance: Chance): string {
  const times = chance.oneIn(40) ? chance.below(40 * MOST_REPEATS) : chance.below(MOST_REPEATS);
  return latin1(chance.pick(PIECES)).repeat(times);
}

const parts: readonly Mutation[] = [
  function swap(root, chance) {
    const { children } = parentIn(root, chance);
    const [one, two] = [chance.below(children.length), chance.below(children.length)];
    const [first, second] = [children[one], children[two]];
    if (first && second) [children[one], children[two]] = [second, first];
  },
  function duplicate(root, chance) {
    const { children } = parentIn(root, chance);
    const part = chance.pick(children);
    const times = chance.oneIn(20) ? 150 : 1 + chance.below(3);
    for (let count = 0; count < times; count += 1) children.push(copyOf(part));
  },
  function drop(root, chance) {
    const { children } = parentIn(root, chance);
    children.splice(chance.below(children.length), 1);
  },
  function nest(root, chance) {
    const part = chance.pick(allOf(root));
    const depth = chance.oneIn(20) ? 40 : 1 + chance.below(3);
    for (let level = 0; level < depth; level += 1) wrap(part, `n${chance.below(3) + level}`, chance);
  },
  function transplant(root, chance, other) {
    parentIn(root, chance).children.push(copyOf(chance.pick(allOf(other))));
  },
  function boundary(root, chance) {
    const part = parentIn(root, chance);
    const names = [
      '',
      ' ',
      'b',
      `${part.boundary}x`,
      part.boundary.slice(0, -1),
      'x'.repeat(300),
      '(?:a+)+$',
      'ü',
      '"',
    ];
    const chosen = chance.pick(names);
    if (chance.oneIn(2)) part.boundary = latin1(chosen);
    else setField(part, 'Content-Type', `${typeOf(part)}; boundary="${chosen}"`);
  },
];

const declarations: readonly Mutation[] = [
  function type(root, chance) {
    const part = chance.pick(allOf(root));
    const keep = chance.oneIn(2) ? `; boundary="${part.boundary}"` : '';
    setField(part, 'Content-Type', `${chance.pick(TYPES)}${keep}`);
  },
  function encoding(root, chance) {
    const leaf = chance.pick(leavesOf(root));
    const name = chance.pick(ENCODINGS);
    setField(leaf, 'Content-Transfer-Encoding', name);
    if (name === 'base64' && !chance.oneIn(3)) leaf.body = base64(leaf.body);
    if (name === 'quoted-printable' && !chance.oneIn(3)) leaf.body = quotedPrintable(leaf.body);
  },
  function charset(root, chance) {
    const leaf = chance.pick(leavesOf(root));
    const flowed = chance.oneIn(4) ? '; format=flowed; delsp=yes' : '';
    setField(leaf, 'Content-Type', `${typeOf(leaf)}; charset="${chance.pick(CHARSETS)}"${flowed}`);
  },
  function disposition(root, chance) {
    setField(chance.pick(allOf(root)), 'Content-Disposition', chance.pick(['attachment', 'inline', ...VALUES]));
  },
];

const fields: readonly Mutation[] = [
  function duplicateField(root, chance) {
    const part = chance.pick(allOf(root));
    const at = chance.below(part.fields.length);
    const times = chance.oneIn(20) ? 1100 : 1;
    const copies: string[] = Array.from({ length: times }, () => part.fields[at] ?? '');
    part.fields.splice(chance.below(part.fields.length), 0, ...copies);
  },
  function dropField(root, chance) {
    const part = chance.pick(allOf(root));
    part.fields.splice(chance.below(part.fields.length), 1);
  },
  function setValue(root, chance) {
    const part = chance.oneIn(2) ? root : chance.pick(allOf(root));
    setField(part, chance.pick(FIELD_NAMES), chance.pick([...VALUES, ...ADDRESSES]));
  },
  function longValue(root, chance) {
    setField(chance.pick(allOf(root)), chance.pick(FIELD_NAMES), Buffer.from(runOf(chance), 'latin1').toString());
  },
  function fold(root, chance) {
    const part = chance.pick(allOf(root));
    const at = chance.below(part.fields.length);
    const field = part.fields[at] ?? '';
    const cut = chance.below(field.length + 1);
    if (part.fields.length > 0) part.fields[at] = `${field.slice(0, cut)}\r\n ${field.slice(cut)}`;
  },
  function shuffleFields(root, chance) {
    shuffle(chance.pick(allOf(root)).fields, chance);
  },
];

const contents: readonly Mutation[] = [
  function address(root, chance) {
    const one = chance.pick(allOf(root));
    const by = latin1(chance.pick(ADDRESSES));
    const all = chance.oneIn(2);
    const replace = (text: string): string =>
      text.replace(/[\w.+-]+@[\w.-]+/g, found => (all || chance.oneIn(3) ? by : found));
    if (chance.oneIn(2) || one.children.length > 0) one.fields = one.fields.map(replace);
    else one.body = replace(one.body);
  },
  function statusFields(root, chance) {
    const status = leavesOf(root).find(leaf => typeOf(leaf).includes('delivery-status'));
    if (status === undefined) return;
    const lines = status.body.split(/(?<=\n)(?![ \t])/);
    mutateLines(lines, chance);
    status.body = lines.join('');
  },
  function lines(root, chance) {
    const leaf = chance.pick(leavesOf(root));
    const all = leaf.body.split(/(?<=\n)/);
    mutateLines(all, chance);
    leaf.body = all.join('');
  },
  function run(root, chance) {
    const leaf = chance.pick(leavesOf(root));
    const at = chance.below(leaf.body.length + 1);
    leaf.body = leaf.body.slice(0, at) + runOf(chance) + leaf.body.slice(at);
  },
  function graftText(root, chance, other) {
    const leaf = chance.pick(leavesOf(root));
    const from = chance.pick(leavesOf(other)).body;
    const at = chance.below(leaf.body.length + 1);
    leaf.body = leaf.body.slice(0, at) + from.slice(chance.below(from.length + 1)) + leaf.body.slice(at);
  },
];

const MUTATIONS: readonly Mutation[] = [...parts, ...declarations, ...fields, ...contents, ...contents];

function mutateLines(lines: string[], chance: Chance): void {
  const at = chance.below(lines.length + 1);
  const line = (): string => `${chance.pick(STATUS_NAMES)}: ${latin1(chance.pick([...VALUES, ...ADDRESSES]))}\r\n`;
  const edits = [
    () => shuffle(lines, chance),
    () => lines.splice(at, 1 + chance.below(3)),
    () => lines.splice(at, 0, '\r\n'),
    () => lines.splice(at, 0, line()),
    () => lines.splice(at, 1, line()),
    () => lines.splice(at, 0, ...lines.slice(chance.below(lines.length + 1))),
    () => lines.push(lines.join('').repeat(chance.oneIn(10) ? 120 : 2)),
  ];
  chance.pick(edits)();
}

/** A node with children; one is made where there is none. */
function parentIn(root: Entity, chance: Chance): Entity {
  const parents = allOf(root).filter(one => one.children.length > 0);
  if (parents.length > 0) return chance.pick(parents);
  wrap(root, 'w', chance);
  return root;
}

function leavesOf(root: Entity): Entity[] {
  return allOf(root).filter(one => one.children.length === 0);
}

/** The part becomes a container of what it was. */
function wrap(part: Entity, boundary: string, chance: Chance): void {
  const isMime = (field: string): boolean => /^content-/i.test(field);
  const inner = copyOf(part);
  inner.fields = part.fields.filter(isMime);
  part.fields = part.fields.filter(field => !isMime(field));
  setField(part, 'Content-Type', `${chance.pick(['multipart/mixed', 'multipart/report'])}; boundary="${boundary}"`);
  part.boundary = boundary;
  part.children = [inner];
}

function typeOf(part: Entity): string {
  const field = part.fields[fieldPlace(part, 'content-type')] ?? 'Content-Type: text/plain';
  return (field.slice(13).split(';')[0] ?? '').trim().toLowerCase();
}

function shuffle(list: string[], chance: Chance): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const to = chance.below(at + 1);
    [list[at], list[to]] = [list[to] ?? '', list[at] ?? ''];
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n');
}

function quotedPrintable(text: string): string {
  return text.replace(/[^\t\r\n\x20-\x3c\x3e-\x7e]/g, character => {
    return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
