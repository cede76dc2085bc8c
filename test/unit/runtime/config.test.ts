import { beforeAll, describe, expect, test } from '@jest/globals';
import { chmod } from 'node:fs/promises';
import { inspect } from 'node:util';
import { loadConfig, loadStateDir } from '../../../src/runtime/config.ts';
import type { Fault } from '../../../src/shared/fault.ts';
import { complaintOf, configFolder, SMALLEST } from './config-folder.ts';

const room = configFolder();
const { load } = room;

beforeAll(async () => {
  await room.write('http-url', 'http://callback.example/secret-path\n');
  await room.write('empty', '\n');
});

const complaint = (text: string): Promise<string> => complaintOf(load(text), room.path('/'));

describe('the smallest configuration', () => {
  test('has a default for every other key', async () => {
    const { config, warnings } = await load(SMALLEST);
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      stateDir: '/var/lib/bounced',
      mailboxes: [
        {
          host: 'imap.gmail.com',
          port: 993,
          tls: 'implicit',
          backfillDays: 7,
          pollMs: 300_000,
          dailyBytes: 1_500_000_000,
          callback: 'clevertap',
        },
      ],
      callbacks: [{ batchSize: 500, batchWaitMs: 30_000, concurrency: 1, timeoutMs: 30_000 }],
      verdict: { policy: { name: 'clevertap', overrides: {} }, maxAgeSeconds: 30 * 86_400 },
      provenance: { mode: 'required', gmailWithoutOriginal: 'hold', onlyCampaignMail: false },
      breaker: { hardPerHour: 500 },
      retention: { keepSeconds: 90 * 86_400 },
      log: { level: 'info', format: 'auto', addresses: 'masked' },
    });
    expect(config.mailboxes[0]).not.toHaveProperty('folder');
  });

  test('a canary is off unless it is asked for; then it goes to nobody, or to the address that is named', async () => {
    expect((await load(SMALLEST)).config.mailboxes[0]).not.toHaveProperty('canary');
    const daily = SMALLEST.replace('user', 'canary = "24h"\nuser');
    expect((await load(daily)).config.mailboxes[0]?.canary).toEqual({ everySeconds: 86_400 });
    const named = daily.replace('user', 'canary_to = "nobody@example.com"\nuser');
    expect((await load(named)).config.mailboxes[0]?.canary).toEqual({ everySeconds: 86_400, to: 'nobody@example.com' });
  });

  test("Google's spaces are no part of an app password, and no way of printing shows a secret", async () => {
    const { config } = await load(SMALLEST);
    expect(config.mailboxes[0]?.password?.reveal()).toBe('abcdefghijklmnop');
    expect(config.callbacks[0]?.url.reveal()).toBe('https://eu1.callback.example/secret-path');
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.callbacks[0]?.url)]) {
      expect(shown).not.toMatch(/abcd|secret-path/);
    }
  });
});

describe('mistakes are named with their place and their cure', () => {
  test.each([
    [
      'an unknown key',
      SMALLEST.replace('user', 'prot = 993\nuser'),
      'bounced.toml: mailbox[0].prot: unknown key; did you mean "port"?',
    ],
    ['an unknown section', `${SMALLEST}[verdikt]\n`, 'bounced.toml: verdikt: unknown key; did you mean "verdict"?'],
    [
      'an unknown reason',
      `${SMALLEST}[verdict.overrides]\nmailboxful = "soft"\n`,
      'bounced.toml: verdict.overrides.mailboxful: unknown key; did you mean "mailboxFull"?',
    ],
    [
      'a missing key',
      SMALLEST.replace('user = "news@example.com"\n', ''),
      'bounced.toml: mailbox[0].user: missing; expected a text, such as "news@example.com"',
    ],
    [
      'a number out of range',
      SMALLEST.replace('url_file', 'batch_size = 5000\nurl_file'),
      'bounced.toml: callback[0].batch_size: expected a whole number from 1 to 1000',
    ],
    [
      'a time without unit',
      SMALLEST.replace('url_file', 'batch_wait = "30"\nurl_file'),
      'bounced.toml: callback[0].batch_wait: expected a time with its unit, such as "30s", "5m", "12h" or "7d", not "30"',
    ],
    [
      'too small an amount',
      SMALLEST.replace('user', 'daily_bytes = "9MB"\nuser'),
      'bounced.toml: mailbox[0].daily_bytes: expected an amount with its unit, such as "1500MB" or "2GB", or "off", 10MB at least, not "9MB"',
    ],
    [
      'a breaker below nothing',
      `${SMALLEST}[breaker]\nhard_per_hour = -1\n`,
      'bounced.toml: breaker.hard_per_hour: expected a whole number from 0 to 1000000',
    ],
    [
      'a retention shorter than a day',
      `${SMALLEST}[retention]\nkeep = "1h"\n`,
      'bounced.toml: retention.keep: expected a time with its unit, such as "30s", "5m", "12h" or "7d" between 1d and 36500d, not "1h"',
    ],
    [
      'a word that is none of the known',
      `${SMALLEST}[provenance]\nmode = "on"\n`,
      'bounced.toml: provenance.mode: expected one of "required", "off"',
    ],
    [
      'a yes where true is meant',
      `${SMALLEST}[provenance]\nonly_campaign_mail = "yes"\n`,
      'bounced.toml: provenance.only_campaign_mail: expected true or false',
    ],
    [
      'more than a server',
      `${SMALLEST}[provenance]\nauthserv_id = "mx.google.com; dmarc=pass"\n`,
      'bounced.toml: provenance.authserv_id: expected a server\'s name, such as "mx.google.com"',
    ],
    [
      'a secret in the file',
      SMALLEST.replace('password_file = "password"', 'password = "x"'),
      'bounced.toml: mailbox[0].password: a secret does not belong here; put it into a file and name that with password_file',
    ],
    [
      'two sources of a secret',
      SMALLEST.replace('url_file', 'url_command = "true"\nurl_file'),
      'bounced.toml: callback[0]: expected one of url_file, url_credential, url_command, not url_file and url_command',
    ],
    [
      'an API without its place and its id',
      `${SMALLEST}api_passcode_file = "passcode"\n`,
      'bounced.toml: callback[0].api_url: missing; api_passcode_file needs it\nbounced.toml: callback[0]: expected one of api_account_id_file, api_account_id_credential, api_account_id_command, not none',
    ],
    [
      'a passcode in the configuration itself',
      `${SMALLEST}api_passcode = "6b4f7c"\n`,
      'bounced.toml: callback[0].api_passcode: a secret does not belong here; put it into a file and name that with api_passcode_file',
    ],
    [
      'an API without TLS',
      `${SMALLEST}api_url = "http://eu1.api.example"\napi_account_id_file = "x"\napi_passcode_file = "x"\n`,
      'bounced.toml: callback[0].api_url: expected a URL that begins with https://, such as "https://eu1.api.clevertap.com"',
    ],
    [
      'a callback that is not there',
      SMALLEST.replace('callback = "clevertap"', 'callback = "clevertrap"'),
      'bounced.toml: mailbox[0].callback: there is no [[callback]] named "clevertrap"; did you mean "clevertap"?',
    ],
    [
      'a name used twice',
      SMALLEST + SMALLEST,
      'bounced.toml: mailbox[1].name: "campaigns" is used twice; expected a name of its own\nbounced.toml: callback[1].name: "clevertap" is used twice; expected a name of its own',
    ],
    [
      'a password in the clear',
      SMALLEST.replace('user', 'tls = "none"\nuser'),
      'bounced.toml: mailbox[0].tls: "none" sends the password in the clear; only loopback may',
    ],
    [
      'a canary that cannot be sent',
      SMALLEST.replace('user', 'host = "mail.example.com"\ncanary = "1d"\nuser'),
      'bounced.toml: mailbox[0].smtp_host: missing; canary needs it',
    ],
    [
      'a canary whose bounce would be posted',
      `${SMALLEST.replace('user', 'canary = "1d"\nuser')}[provenance]\nmode = "off"\n`,
      'bounced.toml: mailbox[0].canary: expected provenance.mode "required": without proof it would be posted',
    ],
    [
      'a canary sent too often, to no address',
      SMALLEST.replace('user', 'canary = "5m"\ncanary_to = "nobody"\nuser'),
      'bounced.toml: mailbox[0].canary: expected a time with its unit, such as "30s", "5m", "12h" or "7d" between 1h and ' +
        '30d, not "5m"\nbounced.toml: mailbox[0].canary_to: expected a mail address alone',
    ],
    [
      'an address for a canary that is not sent',
      SMALLEST.replace('user', 'canary_to = "nobody@example.com"\nuser'),
      'bounced.toml: mailbox[0].canary: missing; canary_to needs it',
    ],
    ['broken TOML', SMALLEST.replace('[[callback]]', '[[callback'), expect.stringMatching(/^bounced\.toml:6:\d+: /)],
    [
      'a secret file that is not there',
      SMALLEST.replace('"password"', '"nowhere"'),
      'mailbox "campaigns": password_file nowhere is not there',
    ],
    [
      'two secrets that cannot be had',
      SMALLEST.replace('"password"', '"nowhere"').replace('url_file = "url"', 'url_command = "echo secret; exit 3"'),
      'mailbox "campaigns": password_file nowhere is not there\ncallback "clevertap": url_command failed (3)',
    ],
    [
      'an empty secret',
      SMALLEST.replace('"password"', '"empty"'),
      'mailbox "campaigns": the password in empty is empty',
    ],
    [
      'a callback without TLS',
      SMALLEST.replace('"url"', '"http-url"'),
      'callback "clevertap": the callback URL does not begin with https://',
    ],
  ])('%s', async (_title, text, words) => {
    expect(await complaint(text)).toEqual(words);
  });

  test('several at once are all listed', async () => {
    const words = await complaint(
      SMALLEST.replace('user', 'prot = 1\nusr').replace('url_file', 'batch_size = 0\nurl_file'),
    );
    expect(words.split('\n')).toHaveLength(4); // prot, usr, the missing user, batch_size
  });
});

describe('where values come from', () => {
  test('each key tells: default, file or environment', async () => {
    const env = {
      BOUNCED_LOG_LEVEL: 'debug',
      BOUNCED_MAILBOX_CAMPAIGNS_PORT: '1993',
      STATE_DIRECTORY: '/var/lib/private/bounced',
    };
    const { config, origins } = await load(SMALLEST, env);
    expect(config.log.level).toBe('debug');
    expect(config.mailboxes[0]?.port).toBe(1993);
    expect(config.stateDir).toBe('/var/lib/private/bounced');
    const of = (key: string): object | undefined => origins.find(one => one.key === key);
    expect(of('mailbox.campaigns.user')).toMatchObject({ value: 'news@example.com', origin: 'file' });
    expect(of('mailbox.campaigns.port')).toMatchObject({ value: '1993', origin: 'environment' });
    expect(of('mailbox.campaigns.poll')).toMatchObject({ value: '5m', origin: 'default' });
    expect(of('mailbox.campaigns.daily_bytes')).toMatchObject({ value: '1500MB', origin: 'default' });
    expect(of('log.level')).toMatchObject({ value: 'debug', origin: 'environment' });
  });

  test('a variable may set what the file does not speak of, a reason too, and digits stay text where text is due', async () => {
    const { config } = await load(SMALLEST, {
      BOUNCED_VERDICT_OVERRIDES_USERDISABLED: 'soft',
      BOUNCED_PROVENANCE_MODE: 'off',
      BOUNCED_PROVENANCE_ONLY_CAMPAIGN_MAIL: 'true',
      BOUNCED_MAILBOX_CAMPAIGNS_FOLDER: '2026',
    });
    expect(config.verdict.policy.overrides).toEqual({ userDisabled: 'soft' });
    expect(config.provenance).toMatchObject({ mode: 'off', onlyCampaignMail: true });
    expect(config.mailboxes[0]?.folder).toBe('2026');
  });

  test('a mistake in a variable names the variable', async () => {
    const env = { BOUNCED_MAILBOX_CAMPAIGNS_PORT: 'imaps', BOUNCED_LOG_LEVEL: 'loud' };
    const fault = await load(SMALLEST, env).catch((error: unknown) => error as Fault);
    expect((fault as Fault).message.replaceAll(room.path('/'), '').split('\n')).toEqual([
      'bounced.toml: mailbox[0].port (set by BOUNCED_MAILBOX_CAMPAIGNS_PORT): expected a whole number from 1 to 65535',
      'bounced.toml: log.level (set by BOUNCED_LOG_LEVEL): expected one of "error", "warn", "info", "debug"',
    ]);
  });

  test('a mistyped variable is a warning; one that resembles none of ours is not ours', async () => {
    const { warnings } = await load(SMALLEST, {
      BOUNCED_LOG_LEVL: 'debug',
      BOUNCED_MAILBOX_CAMPAIGNS_PASSWORD: 'abcd',
      BOUNCED_SERVICE_HOST: '192.0.2.1',
      BOUNCED_PORT: 'tcp://192.0.2.1:80',
    });
    expect(warnings).toEqual([
      'BOUNCED_LOG_LEVL sets nothing; did you mean BOUNCED_LOG_LEVEL?',
      'BOUNCED_MAILBOX_CAMPAIGNS_PASSWORD is not read: no secret is taken from the environment',
    ]);
  });

  test('a secret may come from a systemd credential or a command', async () => {
    const text = SMALLEST.replace('password_file = "password"', 'password_credential = "password"').replace(
      'url_file = "url"',
      'url_command = "cat url"',
    );
    const { config } = await load(text, { CREDENTIALS_DIRECTORY: room.path('') });
    expect(config.mailboxes[0]?.password?.reveal()).toBe('abcdefghijklmnop');
    expect(config.callbacks[0]?.url.reveal()).toContain('https://');
    await expect(load(text, {})).rejects.toMatchObject({
      exit: 78,
      hint: expect.stringContaining('LoadCredential') as unknown,
    });
  });

  test('a secret that everyone may read is a warning', async () => {
    await chmod(room.path('url'), 0o644);
    // systemd guards its credentials by other means than the mode.
    expect((await load(SMALLEST, { CREDENTIALS_DIRECTORY: room.path('') })).warnings).toEqual([]);
    expect((await load(SMALLEST)).warnings).toEqual([expect.stringMatching(/others may read .*url; chmod 600/)]);
    await chmod(room.path('url'), 0o600);
  });
});

test('where the outbox is can be told without any secret', async () => {
  const path = room.path('bounced.toml');
  const text = SMALLEST.replace('"password"', '"/nowhere/password"');
  await room.write('bounced.toml', `state_dir = "/var/lib/elsewhere"\n${text}`);
  expect(await loadStateDir(path, {})).toBe('/var/lib/elsewhere');
  expect(await loadStateDir(path, { BOUNCED_STATE_DIR: '/srv/outbox' })).toBe('/srv/outbox');
  await expect(loadConfig(path, {})).rejects.toMatchObject({ exit: 78 });
});
