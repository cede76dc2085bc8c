/**
 * `bounced rules`: what an operator sees of his rules before they count, and `classify --config`, where they do.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifyCommand } from '../../../src/cli/classify.ts';
import { rulesCommand } from '../../../src/cli/rules.ts';
import { REASONS } from '../../../src/verdict/verdict.ts';
import { captured } from './captured.ts';

let folder: string;

const RULES = `
[[rule]]
match = "rum is gone"
reason = "userMoved"
source = "ticket 12"
examples = ["550 5.7.1 the rum is gone", "552 5.2.2 rum is gone: mailbox full"]

[[rule]]
pattern = 'the rum .* burnt'
reason = "policy"
receiver = "mx.customer.example"
reply = 554
source = "ticket 13"
`;

const mail = (reply: string): string => `From: mailer-daemon@mx.example.net
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@customer.example
Action: failed
Status: ${reply.slice(4, 9)}
Diagnostic-Code: smtp; ${reply}

--b--
`;

const CONFIG = `[[mailbox]]
name = "campaigns"
user = "news@example.com"
password_file = "not/readable/here"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_command = "exit 1"
[verdict]
rules_file = "rules.toml"
[verdict.overrides]
mailboxFull = "none"
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-rules-'));
  const files = {
    'rules.toml': RULES,
    'bounced.toml': CONFIG,
    'gone.eml': mail('550 5.7.1 the rum is gone'),
    'full.eml': mail('552 5.2.2 mailbox full'),
    'lunch.eml': 'From: ada@example.org\nSubject: lunch?\n\nAt one?\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});

afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

describe('rules test', () => {
  test('shows each rule, its examples, what it wins over, and sums up', async () => {
    const { exit, out, err } = await captured(rulesCommand(['test', path('rules.toml')]));
    expect([exit, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'rules.toml rule 1: userMoved (hard)',
      '  seeks "rum is gone"',
      '  seen  ticket 12',
      '  ok    "550 5.7.1 the rum is gone"',
      '        wins over policy, status 5.7.1 (RFC 3463)',
      '  ok    "552 5.2.2 rum is gone: mailbox full"',
      expect.stringMatching(/^ {8}wins over mailboxFull, phrase "mailbox full" of many receivers/),
      'rules.toml rule 2: policy (soft)',
      '  seeks /the rum .* burnt/  by mx.customer.example  with 554',
      '  seen  ticket 13',
      '  note  no examples: with some, it could be tried',
      'rules.toml is in order: 2 rules, 0 warnings',
      '',
    ]);
  });

  test('shows what changes on saved mails, and what does not', async () => {
    const mails = ['gone.eml', 'full.eml', 'lunch.eml'].map(path);
    const { exit, out } = await captured(rulesCommand(['test', path('rules.toml'), ...mails]));
    expect(exit).toBe(0);
    expect(out.split('\n').slice(-4)).toEqual([
      'changed  gone.eml: ann@customer.example  without soft policy, with hard userMoved  (rules.toml rule 1)',
      'same     full.eml: ann@customer.example  soft mailboxFull',
      '1 verdict changed, 1 the same, 1 mail without any',
      '',
    ]);
  });

  test('tells of mails that cannot be read, and reads the others', async () => {
    const { exit, out, err } = await captured(rulesCommand(['test', path('rules.toml'), '/no/such', path('full.eml')]));
    expect([exit, err]).toEqual([65, expect.stringMatching(/^bounced: \/no\/such: is not there\n {2}cure: /)]);
    expect(out).toContain('same     full.eml');
  });

  test('refuses a file with mistakes', async () => {
    await writeFile(path('bad.toml'), '[[rule]]\nmatch = "rum"\nreason = "policy"\n');
    await expect(captured(rulesCommand(['test', path('bad.toml')]))).rejects.toMatchObject({
      exit: 78,
      message: expect.stringMatching(/bad\.toml: rule 1: source: missing; expected a text/),
    });
  });
});

describe('rules list', () => {
  test('prints every reason with its verdict and meaning', async () => {
    const { out } = await captured(rulesCommand(['list']));
    for (const [reason, { meaning }] of Object.entries(REASONS)) {
      expect(out.split('\n').find(line => line.startsWith(`${reason} `))).toContain(meaning);
    }
    expect(out).toMatch(/^userUnknown +hard +recipient {2,}There is no such mailbox/m);
    expect(out).toMatch(/^unknown +by code /m);
  });

  test('as JSON too', async () => {
    const { out } = await captured(rulesCommand(['list', '--json']));
    const entries = JSON.parse(out) as { reason: string }[];
    expect(entries.map(({ reason }) => reason)).toEqual(Object.keys(REASONS));
    expect(entries[0]).toEqual({ reason: 'userUnknown', ...REASONS.userUnknown, byRule: true });
    expect(entries.find(({ reason }) => reason === 'delayed')).toMatchObject({ verdict: 'none', byRule: false });
  });
});

test.each([
  [[], /expected "list" or "test FILE/],
  [['tets', 'x'], /there is no "tets"; did you mean "test"\?/],
  [['test'], /expected the FILE with the rules/],
  [['list', 'all'], /"all" is one argument too many/],
  [['test', '--json', 'x'], /--json goes with list only/],
])('rules %j is a mistake', (args, words) => {
  expect(() => rulesCommand(args)).toThrow(words);
});

describe('classify --config', () => {
  const classified = async (...names: string[]): Promise<string> => {
    const { out, err } = await captured(classifyCommand(['--config', path('bounced.toml'), ...names.map(path)]));
    expect(err).toBe('');
    return out;
  };

  test("decides by the configuration's rules and overrides, and reads none of its secrets", async () => {
    expect(await classified('gone.eml')).toMatch(/^gone\.eml: ann@customer\.example {2}hard {2}userMoved /);
    expect(await classified('full.eml')).toMatch(/^full\.eml: ann@customer\.example {2}none {2}mailboxFull /);
    const { out } = await captured(classifyCommand([path('gone.eml'), path('full.eml')]));
    expect(out).toMatch(/^gone\.eml: \S+ {2}soft {2}policy .*\nfull\.eml: \S+ {2}soft {2}mailboxFull /);
  });

  test('shows in the evidence, for people and programs, what the operator decided', async () => {
    const args = ['--config', path('bounced.toml'), path('gone.eml'), path('full.eml')];
    const shown = (await captured(classifyCommand(['--explain', ...args]))).out;
    expect(shown).toContain('rule    rules.toml rule 1: "rum is gone" (ticket 12)');
    expect(shown).toContain(`none: the configuration's [verdict.overrides]: mailboxFull = "none"`);
    const lines = (await captured(classifyCommand(['--json', ...args]))).out.trimEnd().split('\n');
    const [gone, full] = lines.map(line => JSON.parse(line) as unknown);
    expect(gone).toMatchObject({
      recipients: [
        {
          reason: 'userMoved',
          evidence: [
            { rule: 'rules.toml rule 1: "rum is gone" (ticket 12)' },
            { lost: expect.stringMatching(/own rules/) },
            {},
          ],
        },
      ],
    });
    expect(full).toMatchObject({
      isBounce: true,
      recipients: [{ verdict: 'none', reason: 'mailboxFull', because: expect.stringContaining('[verdict.overrides]') }],
    });
  });
});
