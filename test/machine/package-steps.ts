/**
 * The Debian package's own promises: installed without starting, upgraded without losing, purged without a trace.
 */
import type { Machine } from './machine.ts';
import type { Steps } from './steps.ts';
import { configure } from './world.ts';
import type { World } from './world.ts';

export interface On {
  readonly machine: Machine;
  readonly steps: Steps;
  readonly world: World;
  readonly user: string;
}

/** From the package to a service that runs, as its own message tells. */
export async function install({ steps, machine, world, user }: On, file: string): Promise<void> {
  steps.title('Installed: nothing runs yet');
  const installed = await steps.show(
    `apt-get install -y --no-install-recommends /root/${file} | grep -vE '^(\\(Reading|Get|Reading|Building|After|Need)'`,
  );
  steps.promise('the package tells what to do next', installed.out.includes('bounced check --config'), '');
  const before = await steps.unit('bounced');
  steps.promise('it is neither started nor enabled', before['ActiveState'] === 'inactive', before['UnitFileState']);
  const folder = await steps.show('stat -c "%a %U %n" /etc/bounced /etc/bounced/bounced.toml');
  steps.promise("the configuration is root's alone", /^700 root .*\n600 root /.test(folder.out), '');
  const words = await steps.show('bounced --version; bounced check --config /etc/bounced/bounced.toml');
  steps.promise('unconfigured, check names each missing secret', /gmail-password[^]*callback-url/.test(words.out), '');

  steps.title('Started without its secrets');
  await steps.show('systemctl start bounced');
  await steps.until(
    'it is not tried again and again',
    () => steps.unit('bounced'),
    seen => seen['ActiveState'] === 'failed' && seen['NRestarts'] === '0',
  );
  await steps.show('systemctl status bounced --no-pager --lines=4; systemctl reset-failed bounced');

  steps.title('Configured');
  configure(machine.root, world, user);
  const checked = await steps.show('bounced check --config /etc/bounced/bounced.toml --online | tail -n 25');
  steps.promise('check --online has nothing against it', !checked.out.includes('FAIL'), '');
}

/** The second package over the first, both services at work. */
export async function upgrade({ steps, world }: On, file: string): Promise<void> {
  steps.title('Upgraded while it runs');
  const before = [await steps.unit('bounced'), await steps.unit('bounced@shop')];
  const counted = world.counted().length;
  await steps.show(`apt-get install -y --no-install-recommends /root/${file} | tail -n 3 | grep -v Reading`);
  const after = [await steps.unit('bounced'), await steps.unit('bounced@shop')];
  const pids = [...before, ...after].map(one => one['MainPID'] ?? '');
  const active = after.every(one => one['ActiveState'] === 'active');
  steps.promise('what ran runs again, by the new files', active && new Set(pids).size === 4, pids);
  world.bounce('after-upgrade@customer.example');
  await steps.until(
    'it goes on where it was',
    () => world.counted().length - counted,
    more => more >= 2,
  );
  const version = await steps.show('dpkg-query -W bounced; ls /run/bounced.running');
  steps.promise('nothing of the upgrade is left over', version.out.includes('No such file'), '');
}

/** Removed, then purged. */
export async function purge({ steps }: On): Promise<void> {
  steps.title('Removed');
  await steps.show('apt-get remove -y bounced | tail -n 1');
  const removed = await steps.show('ls /var/lib/private; ls /etc/bounced; systemctl list-units "bounced*" --no-legend');
  steps.promise('the outboxes stay', /^bounced\nbounced-shop$/m.test(removed.out), '');
  steps.promise('nothing runs', !removed.out.includes('running'), '');
  steps.title('Purged');
  await steps.show('apt-get purge -y bounced </dev/null | tail -n 1');
  const left = await steps.show(
    'find / -xdev -path /proc -prune -o -name "*bounced*" ! -path "/root/*" ! -path "/var/log/journal/*" -print; ls /etc/bounced',
  );
  steps.promise('the outboxes are gone', !left.out.includes('/var/lib/'), '');
  steps.promise('units, program and links are gone', !/\/(?:usr|etc\/systemd)\//.test(left.out), '');
  steps.promise('what a person wrote is left to him', left.out.includes('gmail-password'), '');
}
