/**
 * A Debian 13 with a systemd of its own, booted in a container (systemd-nspawn) over a root that is made once and kept.
 * Takes nothing of the host but its loopback; leaves nothing but the kept root. Needs root.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIRROR = 'http://deb.debian.org/debian';
const PACKAGES = 'systemd,systemd-sysv,dbus,ca-certificates,nodejs';
const BOOT_LIMIT_MS = 120_000;

export interface Ran {
  readonly exit: number;
  /** Standard output and error together, without the last line feed. */
  readonly out: string;
}

export interface Machine {
  /** The machine's root as the host sees it. */
  readonly root: string;
  /** Runs a command line in it, by sh; never throws for what the command says. */
  sh(line: string): Promise<Ran>;
  stop(): Promise<void>;
}

/** Makes the kept root where it is missing: some minutes, and 400 MB. */
export function debianRoot(folder: string): string {
  const root = join(folder, 'debian13');
  if (existsSync(root)) return root;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${root}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const options = ['--variant=minbase', `--include=${PACKAGES}`, 'trixie', unfinished, MIRROR];
  execFileSync('debootstrap', options, { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, root);
  return root;
}

/** Boots; resolves when systemd calls itself running. */
export async function bootMachine(lower: string, folder: string): Promise<Machine> {
  const place = mkdtempSync(join(folder, 'machine-'));
  const [upper, work, root] = ['upper', 'work', 'root'].map(name => join(place, name)) as [string, string, string];
  for (const one of [upper, work, root]) mkdirSync(one);
  execFileSync('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
    root,
  ]);
  // What debootstrap leaves out and an installation has.
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
  // Without a systemd on the host there is nobody to ask for a scope.
  const alone = existsSync('/run/systemd/system') ? [] : ['--keep-unit'];
  const options = ['-q', '-D', root, '--register=no', ...alone, '--machine=bounced-test', '--console=pipe', '-b'];
  const container = spawn('systemd-nspawn', options, {
    stdio: 'ignore',
    env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
  });
  const ended = new Promise<void>(resolve => container.on('exit', () => resolve()));
  const first = (): string => (container.pid === undefined ? '' : firstIn(container.pid));
  const sh = async (line: string): Promise<Ran> => {
    const inside = ['-t', first(), '-a', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=dumb'];
    const wrapped = `exec 2>&1; ${line}`;
    return run('nsenter', [...inside, 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', wrapped], {
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      ({ stdout }) => ({ exit: 0, out: stdout.trimEnd() }),
      (error: unknown) => {
        const { code = -1, stdout = '' } = error as { code?: number; stdout?: string };
        return { exit: code, out: stdout.trimEnd() };
      },
    );
  };
  const machine: Machine = {
    root,
    sh,
    async stop() {
      const pid = first();
      // SIGRTMIN+4: power off (systemd(1)).
      if (pid !== '') execFileSync('kill', ['-s', 'RTMIN+4', pid]);
      await Promise.race([ended, sleep(30_000).then(() => container.kill('SIGKILL'))]);
      await ended;
      execFileSync('umount', [root]);
      rmSync(place, { recursive: true, force: true });
      for (const name of ['payload', 'supervisor']) removeGroup(name);
    },
  };
  await running(machine, first).catch(async (error: unknown) => {
    await machine.stop();
    throw error;
  });
  return machine;
}

async function running(machine: Machine, first: () => string): Promise<void> {
  const untilMs = Date.now() + BOOT_LIMIT_MS;
  let state = 'no process';
  while (Date.now() < untilMs) {
    await sleep(250);
    if (first() === '') continue;
    state = (await machine.sh('systemctl is-system-running')).out;
    if (state === 'running') return;
  }
  throw new Error(`the machine did not come up within ${BOOT_LIMIT_MS / 1000} s: ${state}`);
}

/** The first process of the container, its systemd. */
function firstIn(pid: number): string {
  const children = (of: string): string[] => {
    try {
      return readFileSync(`/proc/${of}/task/${of}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(one => one !== '');
    } catch {
      return [];
    }
  };
  return children(String(pid)).find(one => readFileSync(`/proc/${one}/comm`, 'utf8').trim() === 'systemd') ?? '';
}

/** The control groups that nspawn made where no systemd of the host tidies up; one still in use stays. */
function removeGroup(name: string): void {
  if (existsSync('/run/systemd/system')) return;
  for (const group of [`/sys/fs/cgroup/unified/${name}`, `/sys/fs/cgroup/systemd/${name}`]) {
    execFileSync('sh', ['-c', `find ${group} -depth -type d -exec rmdir {} + || true`], { stdio: 'ignore' });
  }
}
