/**
 * What check --online asks of the machine and of a callback's host: nothing is changed, nothing is posted.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeHost } from '../../../src/cli/probe-host.ts';
import { probeSandbox, probeStateDir } from '../../../src/cli/probe-machine.ts';
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from '../../servers/tls.ts';

describe('the host of a callback', () => {
  const asked: string[] = [];
  let server: Server;
  let origin: string;

  beforeEach(async () => {
    asked.length = 0;
    server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(404, { date: 'Fri, 02 Jan 2026 03:04:05 GMT' }).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => new Promise(resolve => server.close(resolve)));

  test('is asked for / with HEAD and nothing else; any answer will do, and tells the time', async () => {
    const nowMs = Date.UTC(2026, 0, 2, 3, 9, 5);
    const { aheadMs = 0 } = await probeHost(origin, TEST_CA, () => nowMs);
    expect(asked).toEqual(['HEAD /']);
    expect(Math.abs(aheadMs - 300_000)).toBeLessThanOrEqual(500);
  });

  test('with a certificate that nobody vouches for', async () => {
    await expect(probeHost(origin, undefined, Date.now)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED', exit: 69 });
    expect(asked).toEqual([]);
  });

  test('that there is not', async () => {
    const unknown = probeHost('https://nowhere.invalid', undefined, Date.now);
    await expect(unknown).rejects.toMatchObject({ code: 'HOST_UNKNOWN', exit: 69 });
  });
});

describe('the state directory', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bounced-state-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test('that works, with room on its disk; nothing is written', async () => {
    const [first] = await probeStateDir(folder);
    expect(first).toMatchObject({ level: 'ok' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('that everyone may look into', async () => {
    await chmod(folder, 0o755);
    expect(await probeStateDir(folder)).toContainEqual(
      expect.objectContaining({ level: 'warn', cure: `chmod 700 ${folder}` }),
    );
  });

  test('that is not there yet is not made', async () => {
    expect((await probeStateDir(join(folder, 'state')))[0]).toMatchObject({ level: 'note' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('that is a file, or whose parent is not there', async () => {
    await writeFile(join(folder, 'file'), '');
    expect((await probeStateDir(join(folder, 'file')))[0]).toMatchObject({ level: 'fail', fault: { exit: 74 } });
    expect((await probeStateDir(join(folder, 'a', 'b')))[0]).toMatchObject({ level: 'fail', fault: { exit: 74 } });
  });
});

test('the sandbox is looked at only where systemd started this very program', async () => {
  expect(await probeSandbox(undefined, 42)).toEqual([]);
  expect(await probeSandbox('41', 42)).toEqual([]);
  expect(await probeSandbox('42', 42)).not.toEqual([]);
});
