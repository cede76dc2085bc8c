/**
 * The service's life under systemd: ready, its status, reload, watchdog, crash, drain, sandbox, a second account.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { On } from './package-steps.ts';
import { configure } from './world.ts';

export async function life(on: On): Promise<void> {
  await started(on);
  await sandboxed(on);
  await reloaded(on);
  await drained(on);
  await crashed(on);
  await stuck(on);
  await refused(on);
  await tenant(on);
}

async function started({ steps, machine, world }: On): Promise<void> {
  steps.title('READY and STATUS');
  // Only then does the journal tell which notifications came in.
  await machine.sh('systemctl log-level debug');
  world.bounce('first@customer.example');
  const ran = await steps.show('systemctl enable --now bounced');
  const unit = await steps.unit('bounced');
  steps.promise('start waits for READY=1', ran.exit === 0 && unit['ActiveState'] === 'active', unit['SubState']);
  await steps.until(
    'a bounce is posted',
    () => world.counted(),
    seen => seen.includes('first@customer.example'),
  );
  await steps.until(
    'systemctl shows how it fares',
    async () => (await steps.unit('bounced'))['StatusText'] ?? '',
    text => text.startsWith('following 1 mailbox'),
  );
  await steps.show('systemctl status bounced --no-pager --lines=3; bounced status --config /etc/bounced/bounced.toml');
}

async function sandboxed({ steps }: On): Promise<void> {
  steps.title('The sandbox, and the credentials');
  const pid = (await steps.unit('bounced'))['MainPID'] ?? '';
  const status = await steps.show(`grep -E "^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/${pid}/status`);
  steps.promise(
    'a user of its own, no capabilities',
    !/^Uid:\s+0/m.test(status.out) && /CapEff:\s+0{16}/.test(status.out),
    '',
  );
  steps.promise(
    'no new privileges, system calls filtered',
    /NoNewPrivs:\s+1/.test(status.out) && /Seccomp:\s+2/.test(status.out),
    '',
  );
  const as = `nsenter -t ${pid} -m setpriv --reuid $(stat -c %u /proc/${pid}) --clear-groups`;
  const tries = await steps.show(
    `for path in /etc/bounced /home /root /var/lib /usr; do ${as} touch $path/x; done; ${as} cat /etc/bounced/gmail-password; ${as} cat /etc/shadow`,
  );
  steps.promise(
    'it can write and read nothing of others',
    (tries.out.match(/denied|Read-only|No such/g) ?? []).length === 7,
    '',
  );
  const places = await steps.show(
    `${as} sh -c 'ls -l /run/credentials/bounced.service; touch /var/lib/bounced/x && rm /var/lib/bounced/x && echo state: writable'`,
  );
  steps.promise(
    'its credentials and its state are its own',
    /bounced.toml[^]*callback-url[^]*gmail-password[^]*writable/.test(places.out),
    '',
  );
  const security = await steps.show('systemd-analyze security bounced --no-pager | tail -n 1');
  const exposure = Number(/(\d+\.\d+)/.exec(security.out)?.[1] ?? '10');
  steps.promise('exposure is at most 1.3', exposure <= 1.3, exposure);
}

async function reloaded({ steps, machine }: On): Promise<void> {
  steps.title('RELOADING by SIGHUP');
  const before = (await steps.unit('bounced'))['MainPID'];
  const ran = await steps.show('systemctl reload bounced');
  steps.promise('systemctl reload succeeds', ran.exit === 0, ran.exit);
  await steps.until(
    'systemd is told of it: RELOADING=1, then READY=1',
    async () =>
      (await machine.sh('journalctl -b _PID=1 --no-pager -o cat | grep -E "notification message.*RELOADING=1"')).out,
    text => text.includes('RELOADING=1'),
  );
  await steps.until(
    'it is active again',
    () => steps.unit('bounced').then(one => one['ActiveState']),
    state => state === 'active',
  );
  await steps.show('journalctl -u bounced --no-pager -o cat -p info | grep -i reload | tail -n 3');
  steps.promise('the same process goes on', before === (await steps.unit('bounced'))['MainPID'], before);
}

async function drained({ steps, world }: On): Promise<void> {
  steps.title('Stopped while a request is under way: it is finished first');
  const requests = world.receiver.requests.length;
  world.receiver.answer = () => ({ status: 200, delayMs: 3_000 });
  world.bounce('drained@customer.example');
  await steps.until(
    'the request is under way',
    () => world.receiver.requests.length,
    count => count > requests,
  );
  const startedMs = Date.now();
  await steps.show('systemctl stop bounced');
  const tookMs = Date.now() - startedMs;
  world.receiver.answer = () => ({ status: 200 });
  const unit = await steps.unit('bounced');
  steps.promise('stop waited for the answer', tookMs > 1_000 && unit['Result'] === 'success', `${tookMs} ms`);
  await steps.show('systemctl start bounced');
  await sleep(3_000);
  const times = world.counted().filter(one => one === 'drained@customer.example').length;
  steps.promise('it was counted once', times === 1, times);
}

async function crashed({ steps, world }: On): Promise<void> {
  steps.title('Killed: systemd starts it again');
  const pid = (await steps.unit('bounced'))['MainPID'] ?? '';
  await steps.show(`kill -KILL ${pid}`);
  await steps.until(
    'another process took over',
    () => steps.unit('bounced'),
    seen => seen['ActiveState'] === 'active' && seen['MainPID'] !== pid && seen['NRestarts'] === '1',
  );
  world.bounce('after-crash@customer.example');
  await steps.until(
    'and goes on',
    () => world.counted(),
    seen => seen.includes('after-crash@customer.example'),
  );
}

async function stuck({ steps, machine }: On): Promise<void> {
  steps.title('Stuck: the watchdog ends it (WatchdogSec=30s and TimeoutAbortSec=2s for this once)');
  await machine.sh('mkdir -p /run/systemd/system/bounced.service.d');
  await machine.sh(
    'printf "[Service]\\nWatchdogSec=30s\\nTimeoutAbortSec=2s\\n" >/run/systemd/system/bounced.service.d/quick.conf',
  );
  await steps.show('systemctl daemon-reload; systemctl restart bounced');
  const before = await steps.unit('bounced');
  await steps.until(
    'while it turns it says so: WATCHDOG=1',
    async () => (await machine.sh(`journalctl -b _PID=1 --no-pager -o cat | grep -c "WATCHDOG=1"`)).out,
    text => Number(text) >= 2,
  );
  await sleep(35_000);
  steps.promise(
    'it lives longer than the watchdog waits',
    (await steps.unit('bounced'))['MainPID'] === before['MainPID'],
    '',
  );
  await steps.show(`kill -STOP ${before['MainPID'] ?? ''}`);
  await steps
    .until(
      'a stopped process is ended and replaced',
      () => steps.unit('bounced'),
      seen => seen['MainPID'] !== before['MainPID'] && seen['ActiveState'] === 'active',
    )
    .then(({ MainPID }) => console.log(`  process ${MainPID ?? ''}`));
  await steps.show('journalctl -u bounced -b --no-pager -o cat | grep -iE "watchdog" | tail -n 3');
  await machine.sh('rm -r /run/systemd/system/bounced.service.d; systemctl daemon-reload; systemctl restart bounced');
}

async function refused({ steps, machine, world, user }: On): Promise<void> {
  steps.title('A wrong password: it waits for a person');
  await machine.sh('systemctl log-level info');
  configure(machine.root, world, user, '', 'wrong');
  await steps.show('systemctl restart bounced');
  await steps
    .until(
      'it ends with 77 and is not started again',
      () => steps.unit('bounced'),
      seen => seen['ActiveState'] === 'failed' && seen['ExecMainStatus'] === '77',
    )
    .then(({ NRestarts, StatusText }) => console.log(`  restarts ${NRestarts ?? ''}, status "${StatusText ?? ''}"`));
  await steps.show('systemctl status bounced --no-pager --lines=4');
  configure(machine.root, world, user);
  await steps.show('systemctl start bounced');
}

async function tenant({ steps, machine, world, user }: On): Promise<void> {
  steps.title('A second account: bounced@shop');
  // The same mailbox and receiver: what matters is what the two services share.
  configure(machine.root, world, user, 'shop.');
  const before = world.counted().length;
  const ran = await steps.show('systemctl enable --now bounced@shop');
  const uids = await steps.show(
    'for unit in bounced bounced@shop; do stat -c "%u $unit" /proc/$(systemctl show -P MainPID $unit); done; ls -ld /var/lib/private/bounced*',
  );
  const [one, two] = uids.out.split('\n').map(line => line.split(' ')[0]);
  steps.promise('it runs under a user and on a state of its own', ran.exit === 0 && one !== two, [one, two]);
  world.bounce('both@customer.example');
  await steps.until(
    'both follow their mailbox',
    () => world.counted().length - before,
    more => more >= 2,
  );
}
