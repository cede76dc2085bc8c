import { describe, expect, test } from '@jest/globals';
import { openLog } from '../../../src/runtime/log.ts';
import { visible } from '../../../src/runtime/log-lines.ts';
import type { LogSettings } from '../../../src/runtime/log-lines.ts';
import { chooseFormat } from '../../../src/runtime/stderr.ts';
import type { Log } from '../../../src/shared/log.ts';
import { Secret } from '../../../src/shared/secret.ts';

const NOON_MS = Date.UTC(2026, 10, 20, 12);

function logTo(lines: string[], more: Partial<LogSettings> = {}): Log {
  const settings: LogSettings = { level: 'debug', format: 'human', addresses: 'full', secrets: [], ...more };
  return openLog(
    settings,
    line => lines.push(line),
    () => NOON_MS,
  );
}

describe('one event is one line', () => {
  test('for people: time, level, sentence, fields', () => {
    const lines: string[] = [];
    logTo(lines).with({ mailbox: 'campaigns' }).warn('held', { address: 'ada@example.org', missing: 'not in Sent' });
    expect(lines).toEqual([
      '2026-11-20T12:00:00.000Z WARN  held mailbox=campaigns address=ada@example.org missing="not in Sent"\n',
    ]);
  });

  test('for programs: JSON', () => {
    const lines: string[] = [];
    logTo(lines, { format: 'json' }).info('delivered', { events: 3, callback: undefined });
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-11-20T12:00:00.000Z',
      level: 'info',
      message: 'delivered',
      events: 3,
    });
  });

  test('for the journal: the priority in front, no time', () => {
    const lines: string[] = [];
    const log = logTo(lines, { format: 'journal' });
    log.error('no');
    log.debug('step');
    expect(lines).toEqual(['<3>no\n', '<7>step\n']);
  });

  test('what is below the level is not written', () => {
    const lines: string[] = [];
    logTo(lines, { level: 'warn' }).info('x');
    expect(lines).toEqual([]);
  });

  test('nor is anything asked of its fields', () => {
    const asked: PropertyKey[] = [];
    const fields = new Proxy({}, { ownKeys: () => (asked.push('keys'), []), get: (_, name) => asked.push(name) });
    const log = logTo([], { level: 'info' }).with({ mailbox: 'campaigns' });
    log.debug('mail', fields);
    expect(asked).toEqual([]);
    log.info('mail', fields);
    expect(asked).not.toEqual([]);
  });

  test('what is said with a line goes before what is on every line', () => {
    const lines: string[] = [];
    logTo(lines, { format: 'journal' }).with({ mailbox: 'one', uid: 1 }).info('moved', { uid: 2 });
    expect(lines).toEqual(['<6>moved mailbox=one uid=2\n']);
  });
});

describe('what must not get out', () => {
  test('a secret is replaced wherever it turns up', () => {
    const lines: string[] = [];
    const log = logTo(lines, { secrets: [new Secret('hunter22'), new Secret('https://cb.example/secret')] });
    log.error('posting to https://cb.example/secret failed', {
      detail: 'pass=hunter22',
      secret: String(new Secret('x')),
    });
    expect(lines.join('')).not.toMatch(/hunter22|cb\.example/);
    expect(lines.join('')).toContain('[secret]');
  });

  test('also in several fields of one line, and one that came to be known after the log was opened', () => {
    const lines: string[] = [];
    const secrets: Secret[] = [new Secret('hunter22')];
    const log = logTo(lines, { secrets, addresses: 'masked' }).with({ login: 'ada hunter22' });
    secrets.push(new Secret('ya29.token'));
    log.info('hunter22 and ya29.token', { first: 'ya29.token hunter22 ya29.token', second: 'ya29.token', third: 3 });
    expect(lines[0]).toBe(
      '2026-11-20T12:00:00.000Z INFO  [secret] and [secret] login="ada [secret]" ' +
        'first="[secret] [secret] [secret]" second=[secret] third=3\n',
    );
  });

  test.each(['json', 'human'] as const)('%s: also one with quotes, or one that looks like an address', format => {
    const lines: string[] = [];
    const secrets = [new Secret('pa"ss\\word'), new Secret('token@cb.example')];
    const log = logTo(lines, { format, addresses: 'masked', secrets });
    log.error('said pa"ss\\word', { detail: 'to token@cb.example' });
    expect(lines[0]).not.toMatch(/ss\\|word|cb\.example/);
  });

  test('addresses are masked in sentences and fields, their domains are kept', () => {
    const lines: string[] = [];
    logTo(lines, { addresses: 'masked' }).info('for ada.lovelace@example.org', { quote: '550 <bob@example.net>: no' });
    expect(lines[0]).not.toMatch(/lovelace|bob/);
    expect(lines[0]).toContain('a***@example.org');
    expect(lines[0]).toContain('b***@example.net');
  });

  test.each(['json', 'human', 'journal'] as const)(
    '%s: a mail cannot begin a line, colour or turn the text round',
    format => {
      const lines: string[] = [];
      logTo(lines, { format }).info('bounce', { quote: `a\r\n<3>b\u001b[31m\u202ec\u2028d\u200b\u061c\u{e0041}` });
      expect(lines).toHaveLength(1);
      expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    },
  );
});

describe('visible', () => {
  test.each([
    ['plain ASCII', 'a ~!"\\', 'a ~!"\\'],
    ['letters of any script', 'Grüße 漢字 \u{1f600}', 'Grüße 漢字 \u{1f600}'],
    ['a control character in plain ASCII', 'a\tb\x7fc\0', 'a\\u0009b\\u007fc\\u0000'],
    ['a C1 control character', 'a\x9b31m', 'a\\u009b31m'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
    ['an invisible character of two halves', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ])('%s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe('the format follows where standard error goes', () => {
  test('journal, terminal, anything else', () => {
    expect(chooseFormat('8:42', { dev: 8, ino: 42, isTty: false })).toBe('journal');
    expect(chooseFormat('8:42', { dev: 8, ino: 43, isTty: true })).toBe('human');
    expect(chooseFormat(undefined, { dev: 8, ino: 43, isTty: false })).toBe('json');
  });
});
