/**
 * A mailbox's mails by seed: a third bounces of many dialects with their originals, some automatic replies, the rest
 * ordinary mail of any length. Takes the fixtures as patterns, gives one mail after the other; same seed, same bytes.
 */
import { readBounce } from '../src/index.ts';
import { chanceFrom } from '../test/faults/chance.ts';
import type { Chance } from '../test/faults/chance.ts';
import { loadFixtures } from '../test/fixtures/load.ts';
import type { Expected, Fixture } from '../test/fixtures/load.ts';
import { originalOf } from '../test/servers/sent-originals.ts';

export interface SomeMail {
  readonly source: Buffer;
  /** The mail that a bounce is about, as it lies in Sent. */
  readonly original?: Buffer;
  /** As the fixtures' folders are named. */
  readonly dialect?: string;
}

/** Of a hundred bounces in a Gmail account most are Gmail's own; the rest arrives from servers that took the mail. */
const SHARES: readonly (readonly [dialect: string, percent: number])[] = [
  ['gmail', 60],
  ['exchange', 12],
  ['postfix', 9],
  ['exim', 6],
  ['sendmail', 4],
  ['qmail', 3],
  ['rfc3464', 2],
  ['outlook', 2],
  ['yahoo', 1],
  ['amazon-ses', 1],
];
/** Lengths of ordinary mail: spread evenly, and one in so many far longer. */
const SMALLEST = 2_000;
const LARGEST = 200_000;
const HUGE_ONE_IN = 200;
const [HUGE_FROM, HUGE_TO] = [1_000_000, 5_000_000];
const LINE = `${'x'.repeat(76)}\r\n`;
/** The fixtures' icon is one dot. Gmail's own makes the whole report about 13 kB long. */
const ICON_LINES = 70;

/** So many mails, every third a bounce. Rejects where no fixture can serve as a pattern for a dialect. */
export async function* manyMails(count: number, seed: number): AsyncGenerator<SomeMail> {
  const chance = chanceFrom(seed);
  const patterns = await loadPatterns();
  for (let n = 0; n < count; n += 1) {
    if (n % 3 === 0) yield bounceOf(chance.pick(patterns.get(dialectOf(chance)) ?? []), n);
    else yield { source: n % 20 === 1 ? autoReply(n) : ordinary(n, chance) };
  }
}

type Pattern = Fixture & { readonly expected: Expected & { readonly original: NonNullable<Expected['original']> } };

async function loadPatterns(): Promise<ReadonlyMap<string, readonly Pattern[]>> {
  const patterns = new Map<string, Pattern[]>(SHARES.map(([dialect]) => [dialect, []]));
  for (const fixture of await loadFixtures()) {
    const all = patterns.get(fixture.dialect);
    if (all !== undefined && isPattern(fixture) && (await servesAsPattern(fixture))) all.push(fixture);
  }
  return patterns;
}

const OWN_ID = /^message-id:\s*<([^<>\s]+)>/im;

/** One recipient, to whom the original was sent, and a Message-ID by which it is told from the next. */
function isPattern(fixture: Fixture): fixture is Pattern {
  const { kind, recipients, original } = fixture.expected;
  const [first] = recipients;
  const sentTo = original?.recipients ?? [];
  const isToOne = recipients.length === 1 && sentTo.length === 1 && sentTo[0] === first?.address;
  return kind === 'failure' && isToOne && ownIdOf(fixture) !== undefined;
}

/** Whether its recipient and its original can be exchanged: somewhere they may stand in a transfer encoding. */
async function servesAsPattern(pattern: Pattern): Promise<boolean> {
  const { verdicts, originalMessageIds } = await readBounce(bounceOf(pattern, 0).source);
  return verdicts.length === 1 && verdicts[0]?.recipient === addressOf(pattern, 0) && originalMessageIds[0] === idOf(0);
}

function dialectOf(chance: Chance): string {
  let left = chance.whole(1, 100);
  return SHARES.find(([, percent]) => (left -= percent) <= 0)?.[0] ?? 'gmail';
}

function bounceOf(pattern: Pattern, n: number): Required<SomeMail> {
  const { dialect, expected } = pattern;
  const { messageId, recipients, meta } = expected.original;
  const [address = ''] = recipients;
  const to = addressOf(pattern, n);
  const ownId = ownIdOf(pattern) ?? '';
  const text = pattern.source
    .toString('latin1')
    .replaceAll(address, to)
    .replaceAll(messageId, idOf(n))
    .replace(ownId, `report-${n}.${ownId}`)
    .replace(/^iVBORw0KGgo.*$/m, icon => `${icon.slice(0, 76)}\r\n${`${icon.slice(0, 76)}\r\n`.repeat(ICON_LINES)}`);
  const exchanged = { messageId: idOf(n), recipients: [to] };
  const original = { ...exchanged, ...(meta === undefined ? {} : { meta: meta.replaceAll(address, to) }) };
  return {
    source: Buffer.from(text, 'latin1'),
    original: originalOf({ ...expected, original }, 'news@shop.example') ?? Buffer.alloc(0),
    dialect,
  };
}

function ownIdOf({ source }: Fixture): string | undefined {
  const text = source.toString('latin1');
  return OWN_ID.exec(text.slice(0, text.search(/\r?\n\r?\n/)))?.[1];
}

/** In the same domain, of which the reports speak too. */
function addressOf({ expected }: Pattern, n: number): string {
  const [address = ''] = expected.original.recipients;
  return `customer.${n}${address.slice(address.lastIndexOf('@'))}`;
}

/** As long as a real one. */
function idOf(n: number): string {
  return `${String(n).padStart(8, '0')}-334b-46dc-a4d6-bb044cb2739b@shop.example`;
}

/** As long as people write them. */
function autoReply(n: number): Buffer {
  const fields = [...fieldsOf(n, 'away', 'Out of office'), 'Auto-Submitted: auto-replied', 'Return-Path: <>'];
  return mail(fields, `I am away until Monday.\r\n${LINE.repeat(20)}`);
}

function ordinary(n: number, chance: Chance): Buffer {
  const isHuge = chance.whole(1, HUGE_ONE_IN) === 1;
  const bytes = isHuge ? chance.whole(HUGE_FROM, HUGE_TO) : chance.whole(SMALLEST, LARGEST);
  return mail(fieldsOf(n, 'friend', 'A question about order'), LINE.repeat(Math.ceil(bytes / LINE.length)));
}

function fieldsOf(n: number, name: string, subject: string): string[] {
  return [
    `From: ${name} ${n} <${name}${n}@domain${n % 5}.example>`,
    'To: news@shop.example',
    `Subject: ${subject} ${n}`,
    'Date: Fri, 20 Nov 2026 08:00:00 +0000',
    `Message-ID: <ordinary-${n}@domain${n % 5}.example>`,
    'Content-Type: text/plain; charset=utf-8',
  ];
}

function mail(fields: readonly string[], text: string): Buffer {
  return Buffer.from([...fields, '', text].join('\r\n'));
}
