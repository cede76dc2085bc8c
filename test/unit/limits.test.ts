/**
 * Every limit met by one more than it allows, on both ways into the program: as a file, and as parts fetched over IMAP.
 * The table has a row for each limit, or the types do not fit.
 */
import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { post } from '../../src/callback/post.ts';
import { loadRules } from '../../src/runtime/config-rules.ts';
import { CONFIG_SCHEMA } from '../../src/runtime/config-schema.ts';
import { rawFromSource, readMessage } from '../../src/message/message.ts';
import type { Message } from '../../src/message/message.ts';
import { Budget } from '../../src/mailbox/budget.ts';
import { openPortions } from '../../src/mailbox/portion.ts';
import type { Portion } from '../../src/mailbox/portion.ts';
import { isReport, readReport } from '../../src/report/report.ts';
import type { BounceReport } from '../../src/report/report.ts';
import { isAddress } from '../../src/shared/address.ts';
import { LIMITS } from '../../src/shared/limits.ts';
import { Secret } from '../../src/shared/secret.ts';
import { decide, DEFAULT_POLICY } from '../../src/verdict/verdict.ts';
import { asFetched } from '../fuzz/fetched.ts';

const FIELDS = 'From: MAILER-DAEMON@mx.example\nTo: news@shop.example\nSubject: Undelivered Mail\n';
const REPORT = `${FIELDS}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n`;
const group = (n: number, more = ''): string =>
  `Final-Recipient: rfc822; customer${n}@customer.example\nAction: failed\nStatus: 5.1.1\n${more}\n`;
const part = (type: string, body: string): string => `--b\nContent-Type: ${type}\n\n${body}\n`;
const status = (body: string): string => part('message/delivery-status', body);
const plain = (text: string): string => `${FIELDS}\n${text}`;
const count = (length: number, one: (n: number) => string): string =>
  Array.from({ length }, (_, at) => one(at)).join('');

interface Both {
  readonly message: Message;
  readonly report: BounceReport | undefined;
}

/** The mail read as a file and as fetched parts. */
async function bothWays(mail: string): Promise<Both[]> {
  const source = Buffer.from(mail);
  const raws = [rawFromSource(source), asFetched(source)];
  return Promise.all(
    raws.map(async raw => {
      const message = await readMessage(raw);
      const reading = readReport(message);
      return { message, report: isReport(reading) ? reading : undefined };
    }),
  );
}

/** What is measured of a mail that is over the limit, both ways: never more than the limit. */
async function measured(mail: string, measure: (both: Both) => number | undefined): Promise<(number | undefined)[]> {
  return (await bothWays(mail)).map(measure);
}

const twice = (value: number): number[] => [value, value];
const longest = (texts: readonly string[]): number => Math.max(...texts.map(text => text.length));

const RULE = '[[rule]]\nmatch = "closed"\nreason = "userDisabled"\nsource = "a bounce"\n';

const CASES: Record<keyof typeof LIMITS, () => Promise<void> | void> = {
  async sourceBytes() {
    const mail = `${REPORT}--b\n\n${'x'.repeat(LIMITS.sourceBytes)}\n${status(group(1))}--b--\n`;
    const raw = rawFromSource(Buffer.from(mail));
    expect([raw.source?.length, raw.truncated]).toEqual([LIMITS.sourceBytes, true]);
    // Fetched one by one, the parts are found wherever they lie.
    const [file, fetched] = await bothWays(mail);
    expect([file?.message.machineParts.length, fetched?.message.machineParts.length]).toEqual([0, 1]);
  },
  async headerBytes() {
    const value = 'y'.repeat(900);
    const mail = `${FIELDS}${count(300, n => `X-${n}: ${value}\n`)}X-Failed-Recipients: ann@customer.example\n\nHi`;
    const sizes = await measured(mail, ({ message }) =>
      message.headers.reduce((sum, field) => sum + field.name.length + field.value.length, 0),
    );
    for (const size of sizes) expect(size).toBeLessThanOrEqual(LIMITS.headerBytes);
    expect(await measured(mail, one => one.message.headers.filter(({ name }) => /^x-f/.test(name)).length)).toEqual(
      twice(0),
    );
  },
  async headerFields() {
    const mail = `${count(LIMITS.headerFields + 1, () => 'A: b\n')}\nHi`;
    expect(await measured(mail, ({ message }) => message.headers.length)).toEqual(twice(LIMITS.headerFields));
  },
  async textFirstBytes() {
    const mail = plain(`${'a '.repeat(LIMITS.textFirstBytes / 2)}b`);
    expect(await measured(mail, ({ message }) => message.text.length)).toEqual(twice(LIMITS.textFirstBytes));
    expect((await bothWays(mail)).map(({ message }) => message.textTruncated)).toEqual([true, true]);
  },
  async textChars() {
    const mail = `${REPORT}${count(20, () => part('text/plain', 'a '.repeat(LIMITS.textFirstBytes / 2)))}--b--\n`;
    for (const length of await measured(mail, ({ message }) => message.text.length)) {
      expect(length).toBeGreaterThan(LIMITS.textChars - 2 * LIMITS.textFirstBytes);
      expect(length).toBeLessThanOrEqual(LIMITS.textChars);
    }
  },
  async deliveryStatusBytes() {
    const body = `${group(1)}${'X-Filler: y\n'.repeat(LIMITS.deliveryStatusBytes / 12)}\n${group(2)}`;
    const mail = `${REPORT}${status(body)}--b--\n`;
    expect(await measured(mail, ({ report }) => report?.recipients.length)).toEqual(twice(1));
    for (const length of await measured(mail, ({ message }) => message.machineParts[0]?.text.length)) {
      expect(length).toBeLessThanOrEqual(LIMITS.deliveryStatusBytes);
    }
  },
  async returnedHeaderBytes() {
    const filler = count(LIMITS.returnedHeaderBytes / 1000 + 1, () => `X: ${'y'.repeat(996)}\n`);
    const mail = `${REPORT}${part('message/rfc822', `${filler}Message-ID: <late@shop.example>\n\nHi`)}--b--\n`;
    for (const length of await measured(mail, ({ message }) => message.returned?.headers.length)) {
      expect(length).toBeLessThanOrEqual(LIMITS.returnedHeaderBytes / 1000);
    }
  },
  async parts() {
    const mail = `${REPORT}${count(LIMITS.parts + 1, () => part('text/plain', 'hi'))}--b--\n`;
    for (const length of await measured(mail, ({ message }) => message.outline.length)) {
      expect(length).toBeLessThanOrEqual(LIMITS.parts);
    }
  },
  async machineParts() {
    const mail = `${REPORT}${count(LIMITS.machineParts + 1, n => status(group(n)))}--b--\n`;
    expect(await measured(mail, ({ message }) => message.machineParts.length)).toEqual(twice(LIMITS.machineParts));
  },
  async returnedParts() {
    const empty = count(LIMITS.returnedParts, () => part('message/rfc822', '\n\nno header'));
    const mail = `${REPORT}${empty}${part('message/rfc822', 'Message-ID: <fifth@shop.example>\n\nHi')}--b--\n`;
    const found = (await bothWays(mail)).map(({ message }) => message.returned);
    expect(found).toEqual([undefined, undefined]);
  },
  async depth() {
    const nested = (level: number): string =>
      level === 0
        ? `Content-Type: message/delivery-status\n\n${group(1)}`
        : `Content-Type: multipart/mixed; boundary=n${level}\n\n--n${level}\n${nested(level - 1)}\n--n${level}--\n`;
    const found = (levels: number) => measured(`${FIELDS}${nested(levels)}`, one => one.message.machineParts.length);
    expect(await found(LIMITS.depth)).toEqual(twice(1));
    expect(await found(LIMITS.depth + 1)).toEqual(twice(0));
  },
  async recipients() {
    const mail = `${REPORT}${status(count(LIMITS.recipients + 1, n => group(n)))}--b--\n`;
    expect(await measured(mail, ({ report }) => report?.recipients.length)).toEqual(twice(LIMITS.recipients));
    const prose = plain(`Hi. This is the qmail-send program.\n\n${count(900, n => `<u${n}@a.example>:\nno\n\n`)}`);
    expect(await measured(prose, ({ report }) => report?.recipients.length)).toEqual(twice(LIMITS.recipients));
  },
  async addressChars() {
    const domain = '@customer.example';
    const local = 'a'.repeat(LIMITS.addressChars - domain.length);
    expect([isAddress(local + domain), isAddress(`a${local}${domain}`)]).toEqual([true, false]);
    const mail = `${REPORT}${status(group(1).replace('customer1', `a${local}`))}--b--\n`;
    expect(await measured(mail, ({ report }) => report?.recipients.length ?? 0)).toEqual(twice(0));
  },
  async diagnosticChars() {
    const reply = `Diagnostic-Code: smtp; 550 5.1.1 ${'no such user '.repeat(200)}\n`;
    const mail = `${REPORT}${status(group(1, reply))}--b--\n`;
    expect(await measured(mail, ({ report }) => report?.recipients[0]?.diagnostic?.length)).toEqual(
      twice(LIMITS.diagnosticChars),
    );
  },
  async quoteChars() {
    const reply = `Diagnostic-Code: smtp; 550 5.1.1 ${'no such user '.repeat(200)}\n`;
    const mail = `${REPORT}${status(group(1, reply))}--b--\n`;
    const quotes = await measured(mail, ({ report }) =>
      longest(
        report === undefined ? [] : decide(report, DEFAULT_POLICY, 4e9).flatMap(one => one.evidence.map(e => e.quote)),
      ),
    );
    expect(quotes).toEqual(twice(LIMITS.quoteChars));
  },
  async originalMessageIds() {
    const ids = count(LIMITS.originalMessageIds + 1, n => ` <id${n}@shop.example>`);
    const mail = `References:${ids}\n${REPORT}${status(group(1))}--b--\n`;
    expect(await measured(mail, ({ report }) => report?.originalMessageIds.length)).toEqual(
      twice(LIMITS.originalMessageIds),
    );
  },
  async messageIdChars() {
    const id = `${'i'.repeat(LIMITS.messageIdChars - '@shop.example'.length)}@shop.example`;
    const ids = (text: string) =>
      measured(
        `In-Reply-To: <${text}>\n${REPORT}${status(group(1))}--b--\n`,
        one => one.report?.originalMessageIds.length,
      );
    expect(await ids(id)).toEqual(twice(1));
    expect(await ids(`i${id}`)).toEqual(twice(0));
  },
  // test/unit/reading-thread.test.ts hangs and eats.
  readingSeconds: () => expect(LIMITS.readingSeconds).toBeGreaterThan(1),
  readingHeapMb: () => expect(LIMITS.readingHeapMb * 1024 * 1024).toBeGreaterThan(10 * LIMITS.sourceBytes),
  async chunkMails() {
    const { uids } = await portion(Array.from({ length: LIMITS.chunkMails + 1 }, () => 1000));
    expect(uids).toHaveLength(LIMITS.chunkMails);
  },
  chunkBytes() {
    const sixteenths = new Budget(LIMITS.chunkBytes);
    const fit = Array.from({ length: 17 }, (_, at) => sixteenths.take(at + 1, LIMITS.chunkBytes / 16));
    expect(fit).toEqual([...Array.from({ length: 16 }, () => true), false]);
    expect(sixteenths.before).toBe(17);
    // A single mail is looked at whatever its size: only so much of it is fetched.
    const large = new Budget(LIMITS.chunkBytes);
    expect([large.take(1, 100 * LIMITS.chunkBytes), large.take(2, 1), large.before]).toEqual([true, false, 2]);
  },
  batchEvents() {
    const callback = { name: 'c', url_file: 'u', batch_size: LIMITS.batchEvents };
    const mailbox = { name: 'm', user: 'a@b.example', password_file: 'p', callback: 'c' };
    const config = { mailbox: [mailbox], callback: [callback] };
    expect(CONFIG_SCHEMA.safeParse(config).success).toBe(true);
    callback.batch_size += 1;
    expect(CONFIG_SCHEMA.safeParse(config).success).toBe(false);
  },
  async answerBytes() {
    const server = createServer((_, response) => response.end('a'.repeat(LIMITS.answerBytes + 1)));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = new Secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const settings = { name: 'c', url, batchSize: 1, batchWaitMs: 0, concurrency: 1, timeoutMs: 10_000 };
    const answer = await post(settings, 'test', '[]');
    server.close();
    expect(answer).toMatchObject({ kind: 'answered', cut: true, body: 'a'.repeat(LIMITS.answerBytes) });
  },
  rules: () => refusesRules(RULE.repeat(LIMITS.rules + 1), `at most ${LIMITS.rules} rules`),
  ruleChars: () => refusesRules(RULE.replace('closed', 'x'.repeat(LIMITS.ruleChars + 1)), 'characters'),
  rulesFileBytes: () => refusesRules(`${RULE}# ${'x'.repeat(LIMITS.rulesFileBytes)}\n`, 'larger than'),
};

/** A file of rules over a limit is refused, and the limit named. */
async function refusesRules(text: string, named: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-rules-'));
  const path = join(folder, 'rules.toml');
  await writeFile(path, text);
  await expect(loadRules(path)).rejects.toThrow(named);
  await rm(folder, { recursive: true });
}

/** The first portion of mails numbered from 1 with these sizes. */
async function portion(sizes: readonly number[]): Promise<Portion> {
  const mails = sizes.map((size, at) => ({ uid: at + 1, sections: new Map<string, Buffer>(), size }));
  const connection = {
    fetch: (uids: readonly number[]) => Promise.resolve(mails.filter(one => uids.includes(one.uid))),
  };
  const { signal } = new AbortController();
  const uids = mails.map(one => one.uid);
  return openPortions().first(connection, uids, one => Promise.resolve(one), signal);
}

describe('one more than the limit', () => {
  test.each(Object.entries(CASES))('%s', async (_name, meets) => {
    await meets();
  });
});
