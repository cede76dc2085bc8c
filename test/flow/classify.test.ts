/**
 * `bounced classify` and the help as a user meets them: files, folders, standard input; people and programs.
 */
import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bounced } from '../servers/command.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));
const UNKNOWN = `${FIXTURES}/gmail/address-not-found.eml`;

describe('classify', () => {
  test('prints a line a recipient: address, verdict, reason, codes, the words', async () => {
    const { code, stdout, stderr } = await bounced(['classify', UNKNOWN]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^address-not-found\.eml: marta\.lindqvist@example\.org {2}hard {2}userUnknown {2}550 5\.1\.1 {2}"550/,
    );
  });

  test('prints one JSON object a mail for a whole folder, and nothing else', async () => {
    const { code, stdout } = await bounced(['classify', '--json', `${FIXTURES}/gmail`]);
    const mails = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(mails.length).toBeGreaterThan(20);
    expect(mails.find(mail => mail['file'] === 'address-not-found.eml')).toMatchObject({
      isBounce: true,
      kind: 'failure',
      reader: 'gmail',
      proof: 'not asked',
      recipients: [
        {
          address: 'marta.lindqvist@example.org',
          verdict: 'hard',
          status: '5.1.1',
          replyCode: 550,
          about: 'recipient',
        },
      ],
    });
  });

  test('reads standard input', async () => {
    const { code, stdout } = await bounced(['classify', '-'], { input: await readFile(UNKNOWN) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^-: marta/);
  });

  test('says why a mail is no bounce', async () => {
    const { stdout } = await bounced(['classify', '-'], {
      input: 'From: a@b.example\nSubject: lunch?\n\nundeliverable, ha ha',
    });
    expect(stdout).toBe('-: ordinary: no reader knows it as a report\n');
  });

  test('--explain quotes what the verdict rests on, and the rule', async () => {
    const { stdout } = await bounced(['classify', '--explain', UNKNOWN]);
    expect(stdout).toMatch(/verdict {3}hard: policy "clevertap": userUnknown is hard\n/);
    expect(stdout).toMatch(/line {4}"550[^\n]*" \(delivery-status\)\n +rule {4}phrase "[^\n]*does not exist/);
  });

  test('one that cannot be read does not keep the others from being read', async () => {
    const { code, stdout, stderr } = await bounced(['classify', '/no/such.eml', UNKNOWN]);
    expect(code).toBe(65);
    expect(stderr).toMatch(/^bounced: \/no\/such\.eml: is not there\n {2}cure: /);
    expect(stdout).toMatch(/marta/);
  });
});

describe('help and mistakes on the command line', () => {
  test.each([
    ['--help'],
    ['run', '--help'],
    ['classify', '--help'],
    ['check', '--help'],
    ['rules', '--help'],
    ['help', 'run'],
  ])('%s %s', async (...args) => {
    const { code, stdout, stderr } = await bounced(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/example: bounced /);
  });

  test('an unknown option names the nearest one', async () => {
    const { code, stderr } = await bounced(['classify', '--jason', UNKNOWN]);
    expect(stderr).toMatch(/--jason[^\n]*did you mean "--json"\?\n {2}cure: /);
    expect(code).toBe(64);
  });

  test('run without a configuration says what is missing', async () => {
    const { code, stderr } = await bounced(['run']);
    expect(stderr).toMatch(/--config FILE is missing/);
    expect(code).toBe(64);
  });
});
