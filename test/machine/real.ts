/**
 * `npm run machine`: the Debian package on a real systemd, from installation to purge: the new user's way, the life of
 * the service, several accounts, upgrade. Prints what is seen; exit code 1 when a promise is broken. Needs root.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bootMachine, debianRoot } from './machine.ts';
import { stepsOn } from './steps.ts';
import { install, purge, upgrade } from './package-steps.ts';
import { life } from './service-steps.ts';
import { startWorld } from './world.ts';

const FOLDER = process.env['BOUNCED_MACHINE'] ?? '/var/tmp/bounced-machine';
const USER = 'news@shop.example';

mkdirSync(FOLDER, { recursive: true });
const root = debianRoot(FOLDER);
const [first, second] = ['1', '2'].map(revision =>
  execFileSync('bash', ['systemd/deb/build.sh', join(FOLDER, 'deb'), revision], { encoding: 'utf8' }).trim(),
) as [string, string];
const machine = await bootMachine(root, FOLDER);
const steps = stepsOn(machine);
const world = await startWorld(USER);
try {
  for (const file of [first, second]) copyFileSync(file, join(machine.root, 'root', basename(file)));
  steps.title('The machine');
  await steps.show('systemctl --version | head -1; node --version; ls /root');
  const on = { machine, steps, world, user: USER };
  await install(on, basename(first));
  await life(on);
  await upgrade(on, basename(second));
  await purge(on);
} finally {
  await Promise.all([machine.stop(), world.stop()]);
}
const { kept, broken } = steps;
console.log(`\n${kept} promises kept, ${broken.length} broken${broken.map(text => `\n  ${text}`).join('')}`);
process.exitCode = broken.length === 0 && kept > 0 ? 0 : 1;
