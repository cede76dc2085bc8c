/**
 * What the courier does with each kind of answer, over real HTTP on loopback.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { Secret } from '../../../src/shared/secret.ts';
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from '../../servers/tls.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

async function restart(...args: Parameters<typeof startRig>): Promise<void> {
  await rig.stop();
  rig = await startRig(...args);
}

describe('an answer that takes them', () => {
  test('one POST with the documented body; nothing is posted again', async () => {
    await rig.add('hard@example.com', 'soft:soft@example.com');
    await rig.deliver();
    rig.clock.move(1_000_000);
    await rig.deliver();
    expect(rig.receiver.requests).toHaveLength(1);
    const [{ method, headers, body }] = rig.receiver.requests as [Rig['receiver']['requests'][number]];
    expect(method).toBe('POST');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'bounced/1.2.3' });
    expect(JSON.parse(body)).toEqual([
      { event: 'softbounce', data: [{ e: 'soft@example.com', ts: 1_799_996_402 }] },
      { event: 'hardbounce', data: [{ e: 'hard@example.com', ts: 1_799_996_401 }] },
    ]);
    expect(await rig.backlog()).toMatchObject({ delivered: 2, waiting: 0, claimed: 0 });
    expect(rig.reports).toMatchObject([{ callback: 'clevertap', code: '200', events: 2 }]);
  });

  test.each(['OK', '{"status":"success"}', '[]', '{"error":""}', '{"error":null,"UNPROCESSED_EVENTS":[]}', '{"e'])(
    'a 200 that says %s took all',
    async body => {
      await rig.add('a@example.com');
      rig.receiver.answer = () => ({ status: 200, body });
      await rig.deliver();
      expect(await rig.backlog()).toMatchObject({ delivered: 1, waiting: 0 });
    },
  );

  test('an endless body costs no more than its first part', async () => {
    await rig.add('a@example.com');
    rig.receiver.answer = () => ({ endless: true });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 1 });
  });
});

describe('busy', () => {
  test('500: ten minutes, doubling up to six hours; new events wait too; then all are delivered once', async () => {
    await rig.add('a@example.com');
    rig.receiver.answer = () => ({ status: 500 });
    const waits: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      await rig.deliver();
      waits.push(await rig.untilNext());
    }
    expect(waits).toEqual([600, 1199, 2398, 4796, 9591, 19181, 21579, 21579]);
    await rig.deliver();
    await rig.add('new@example.com');
    await rig.deliver();
    expect(rig.posted()).toEqual(Array.from({ length: 9 }, () => ['a@example.com']));
    rig.receiver.answer = () => ({ status: 200 });
    rig.clock.move(21_600);
    await rig.deliver();
    expect(rig.receiver.events().map(({ address }) => address)).toEqual(['a@example.com', 'new@example.com']);
  });

  test('the jitter is full: no wait is fixed, and none is shorter than a second', async () => {
    await restart({}, () => 0);
    await rig.add('a@example.com');
    rig.receiver.answer = () => ({ status: 503 });
    await rig.deliver();
    expect(await rig.untilNext()).toBe(1);
  });

  test('what was tried before a restart counts on', async () => {
    const [id = ''] = await rig.add('a@example.com');
    const retry = { as: 'retry', nextAtSeconds: 0, because: '', ambiguous: false, countsAsAttempt: true } as const;
    for (let tries = 0; tries < 3; tries += 1) {
      await rig.store.claim(rig.lease, 'clevertap', 1, rig.clock.nowSeconds(), 60);
      await rig.store.settle(rig.lease, [{ id, ...retry }], rig.clock.nowSeconds());
    }
    rig.receiver.answer = () => ({ status: 500 });
    await rig.deliver();
    expect(await rig.untilNext()).toBe(4796);
  });

  test.each([
    ['seconds', () => ({ 'retry-after': '77' }), 77],
    ['a date, by the clock of the server', () => dates(90), 90],
    ['a date that has passed', () => dates(-90), 1],
    ['more than we obey', () => ({ 'retry-after': '864000' }), 21_600],
    ['nonsense', () => ({ 'retry-after': 'soon' }), 600],
  ])('429 with Retry-After as %s', async (_form, headers, seconds) => {
    await rig.add('a@example.com');
    rig.receiver.answer = () => ({ status: 429, headers: headers() });
    await rig.deliver();
    expect(await rig.untilNext()).toBe(seconds);
    expect(await rig.backlog()).toMatchObject({ waiting: 1, dead: 0 });
  });

  function dates(seconds: number): Record<string, string> {
    // The server's clock is an hour behind ours.
    const serverMs = rig.clock.nowMs() - 3_600_000;
    const at = (ms: number): string => new Date(ms).toUTCString();
    return { date: at(serverMs), 'retry-after': at(serverMs + seconds * 1000) };
  }
});

describe('no answer', () => {
  test('after the request was written: may have been counted, so it waits the whole ten minutes', async () => {
    await restart({ timeoutMs: 1_000 }, () => 0);
    await rig.add('a@example.com');
    rig.receiver.answer = (_posted, index) => (index === 0 ? { hang: true } : index === 1 ? { close: true } : {});
    await rig.deliver();
    expect(await rig.untilNext()).toBe(600);
    await rig.deliver();
    expect(await rig.untilNext()).toBe(1200);
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 1 });
    expect(rig.reports.map(({ code }) => code)).toEqual(['unanswered', 'unanswered', '200']);
    expect(rig.lines.filter(({ fields }) => fields['mayRepeat'] === true)).toHaveLength(2);
  });

  test('refused before it was written: a second, doubling up to five minutes, and no attempt is counted', async () => {
    const unused = createServer();
    await new Promise<void>(resolve => unused.listen(0, '127.0.0.1', resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise(resolve => unused.close(resolve));
    await restart({ url: new Secret(`http://127.0.0.1:${port}/email/callback-f3a91c`) });
    await rig.add('a@example.com');
    const waits: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      await rig.deliver();
      waits.push(await rig.untilNext());
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    expect(rig.lines.at(-1)?.fields).toMatchObject({ because: 'no connection (ECONNREFUSED)', mayRepeat: false });
    const { events } = await rig.store.claim(rig.lease, 'clevertap', 1, rig.clock.nowSeconds(), 60);
    expect(events).toMatchObject([{ attempts: 0 }]);
  });

  test('a certificate that is not trusted: nothing was written; trusted by its authority it is', async () => {
    const paths: (string | undefined)[] = [];
    const server = createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
      paths.push(request.url);
      response.end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = new Secret(`https://localhost:${(server.address() as AddressInfo).port}/email/callback-f3a91c`);
    try {
      await restart({ url });
      await rig.add('a@example.com');
      await rig.deliver();
      expect(paths).toEqual([]);
      expect(rig.reports).toMatchObject([{ code: 'refused' }]);
      await restart({ url, ca: TEST_CA });
      await rig.add('a@example.com');
      await rig.deliver();
      expect(paths).toEqual(['/email/callback-f3a91c']);
    } finally {
      server.close();
    }
  });

  test('a server that takes the connection and never speaks TLS: nothing was written', async () => {
    const sockets: { destroy(): void }[] = [];
    const mute = createServer(socket => void sockets.push(socket));
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
    const url = new Secret(`https://127.0.0.1:${(mute.address() as AddressInfo).port}/email/callback-f3a91c`);
    await restart({ url, timeoutMs: 150 });
    await rig.add('a@example.com');
    await rig.deliver();
    expect(rig.reports).toMatchObject([{ code: 'refused' }]);
    sockets.forEach(socket => socket.destroy());
    mute.close();
  });
});

describe('a configuration fault', () => {
  test.each([401, 403, 404, 410, 405, 301, 302, 307, 308])(
    '%i: nothing is followed or dropped, one alarm with the cure, tried again every quarter of an hour',
    async status => {
      await rig.add('a@example.com', 'b@example.com');
      const location = `${rig.receiver.url}-moved`;
      rig.receiver.answer = () => ({ status, headers: { location } });
      await rig.deliver();
      expect(await rig.untilNext()).toBe(900);
      await rig.deliver();
      expect(await rig.untilNext()).toBe(900);
      expect(new Set(rig.receiver.requests.map(({ path }) => path)).size).toBe(1);
      const alarms = rig.lines.filter(({ level }) => level === 'error');
      expect(alarms).toHaveLength(1);
      expect(alarms[0]?.fields).toMatchObject({ events: 2, because: expect.stringContaining(`HTTP ${status}`) });
      expect(alarms[0]?.fields['cure']).toContain('URL');
      expect(await rig.backlog()).toMatchObject({ waiting: 2, dead: 0 });
      rig.receiver.answer = () => ({ status: 200 });
      await rig.deliver();
      expect(await rig.backlog()).toMatchObject({ delivered: 2 });
      expect(rig.lines.some(({ level, message }) => level === 'info' && message.includes('again'))).toBe(true);
    },
  );
});
