/**
 * What the commands show of a day's mail: on a narrow terminal no line is broken by it and nothing but colour steers
 * it; in a pipe there is not even that, and programs get JSON on standard output, a value a line.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { mailsOf } from '../demo/mailbox.ts';
import { loadFixtures } from '../fixtures/load.ts';
import { bounced } from '../servers/command.ts';
import { ACCOUNT, ALL_MAIL, INBOX, SENT, SPAM, startEvening } from '../servers/evening.ts';
import type { Evening } from '../servers/evening.ts';
import { onTerminal, tooWide } from '../servers/terminal.ts';

const ESCAPE = String.fromCharCode(27);
const GMAIL = fileURLToPath(new URL('../../fixtures/gmail', import.meta.url));
const BOUNCE = fileURLToPath(new URL('../../fixtures/gmail/account-disabled.eml', import.meta.url));
/** Samples are never written over one another. */
let samples = 0;
let evening: Evening;
let posted: string;
let held: string;

beforeAll(async () => {
  const { all, sent } = mailsOf(await loadFixtures(), ACCOUNT.user);
  evening = await startEvening({ folders: [INBOX, { ...ALL_MAIL, mails: all }, { ...SENT, mails: sent }, SPAM] });
  expect(await bounced(['run', '--once', ...config()], { limitMs: 60_000 })).toMatchObject({ code: 0 });
  posted = await firstHard('outbox', '--state', 'delivered');
  held = await firstHard('held');
}, 90_000);

afterAll(() => evening.stop());

function config(): string[] {
  return ['--config', evening.config];
}

async function firstHard(command: string, ...more: string[]): Promise<string> {
  const { stdout } = await bounced([command, 'list', ...config(), '--json', ...more]);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { address: string; verdict: string });
  return events.find(({ verdict }) => verdict === 'hard')?.address ?? '';
}

/** Each with whether it takes --json. */
const LOOKS: readonly (readonly [what: string, args: () => string[], json: boolean])[] = [
  ['status', () => ['status', ...config()], true],
  ['check --online', () => ['check', '--online', ...config()], true],
  ['outbox list', () => ['outbox', 'list', ...config(), '--state', 'delivered', '--limit', '5'], true],
  ['outbox show', () => ['outbox', 'show', posted, ...config()], true],
  ['outbox list of nothing', () => ['outbox', 'list', ...config()], true],
  ['held list', () => ['held', 'list', ...config(), '--limit', '5'], true],
  ['held show', () => ['held', 'show', held, ...config()], true],
  ['breaker show', () => ['breaker', 'show', ...config()], true],
  ['explain ADDRESS', () => ['explain', posted, ...config()], true],
  ['classify --explain', () => ['classify', '--explain', GMAIL], true],
  ['rules list', () => ['rules', 'list'], true],
  ['replay --dry-run', () => ['replay', '--uid', '1:20', '--dry-run', ...config()], true],
  ['diff', () => ['diff', ...config()], true],
  ['undo --dry-run', () => ['undo', posted, '--dry-run', ...config()], true],
  ['capture', () => ['capture', BOUNCE, '--out', evening.folder, '--name', `sample-${String((samples += 1))}`], true],
  ['send-test', () => ['send-test', 'me@example.com', ...config()], false],
];

test.each(LOOKS)(
  '%s',
  async (_what, args, json) => {
    const seen = await onTerminal(args(), 40);
    expect(seen.code).toBe(0);
    expect(tooWide(seen, 40)).toEqual([]);
    expect(seen.lines.join('\n')).not.toContain(ESCAPE);
    const piped = await bounced(args(), { env: { COLUMNS: '40', TERM: 'xterm-256color' }, limitMs: 30_000 });
    expect(piped.code).toBe(0);
    expect(`${piped.stdout}${piped.stderr}`).not.toContain(ESCAPE);
    if (!json) return;
    const { code, stdout } = await bounced([...args(), '--json'], { limitMs: 30_000 });
    expect(code).toBe(0);
    for (const line of stdout.split('\n').filter(one => one !== '')) expect(typeof JSON.parse(line)).toBe('object');
  },
  60_000,
);

test('colour is on the terminal alone, and not where NO_COLOR asks for none', async () => {
  const raw = await onTerminal(['check', '--online', ...config()], 80, { keepColour: true });
  expect(raw.lines.join('\n')).toContain(`${ESCAPE}[32mok`);
  const plain = await onTerminal(['check', '--online', ...config()], 80, { keepColour: true, env: { NO_COLOR: '1' } });
  expect(plain.lines.join('\n')).not.toContain(ESCAPE);
  expect(plain.lines.join('\n')).toContain('  ok    logged in as');
}, 60_000);
