/**
 * What the daemon needs of this machine: a state directory, room on the disk, the sandbox of the unit. Takes the
 * configuration, gives findings. Reads only: a directory that is missing is not made.
 */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, Fault } from '../shared/fault.ts';
import { fail, note, ok, warn } from './finding.ts';
import type { Finding } from './finding.ts';

const MEGABYTE = 1_000_000;
/** An outbox of a million events is some hundred megabytes; below the first number SQLite may fail any moment. */
const LEAST_BYTES = 50 * MEGABYTE;
const WISE_BYTES = 500 * MEGABYTE;

/** State directory and disk. */
export async function probeStateDir(path: string): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return missingStateDir(path);
  if (!found.isDirectory())
    return [fail('stateDir', diskFault(`state_dir ${path} is no directory`, 'name another state_dir'))];
  const findings: Finding[] = [];
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    findings.push(ok('stateDir', `state directory ${path} is writable${whoAsks(found.uid)}`));
  } catch {
    const cure = 'run this as the user of the service, or chown the directory to it';
    findings.push(fail('stateDir', diskFault(`state directory ${path} is not writable for this user`, cure)));
  }
  if ((found.mode & 0o007) !== 0) {
    findings.push(
      warn('stateDir', `everyone may look into ${path}, where customers' addresses are kept`, `chmod 700 ${path}`),
    );
  }
  return [...findings, await probeDisk(path)];
}

async function missingStateDir(path: string): Promise<Finding[]> {
  const parent = dirname(path);
  const made = await access(parent, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (made)
    return [
      note('stateDir', `state directory ${path} is not there yet: the first run makes it`),
      await probeDisk(parent),
    ];
  const cure = 'make it, owned by the user of the service; under systemd StateDirectory=bounced does';
  return [fail('stateDir', diskFault(`state directory ${path} is not there, and cannot be made by this user`, cure))];
}

/** root may write everywhere, which proves nothing for another user. */
function whoAsks(owner: number): string {
  const self = process.getuid?.();
  return self === 0 && owner !== 0 ? ` (asked as root; it belongs to uid ${owner})` : '';
}

async function probeDisk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const said = `${Math.floor(free / MEGABYTE)} MB free for the state directory`;
  if (free < LEAST_BYTES) return fail('disk', diskFault(said, 'make room: without it no bounce can be recorded'));
  return free < WISE_BYTES
    ? warn('disk', said, 'make room before it runs out: the outbox grows with each bounce')
    : ok('disk', said);
}

/**
 * The sandbox, where systemd started this very program; elsewhere there is none to look at.
 * @param execPid $SYSTEMD_EXEC_PID
 */
export async function probeSandbox(execPid: string | undefined, pid: number): Promise<Finding[]> {
  if (execPid !== String(pid)) return [];
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return sandboxFindings(status);
}

/** What /proc/self/status tells of it. */
export function sandboxFindings(status: string): Finding[] {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
  if (field('NoNewPrivs') === '') return [note('sandbox', 'the sandbox cannot be seen here (no /proc/self/status)')];
  const open = [
    ...(field('NoNewPrivs') === '1' ? [] : ['NoNewPrivileges=yes']),
    ...(field('Seccomp') === '2' ? [] : ['SystemCallFilter=@system-service']),
    ...(/^0+$/.test(field('CapEff')) ? [] : ['CapabilityBoundingSet=']),
    ...(field('Uid') === '0' ? ['DynamicUser=yes'] : []),
  ];
  if (open.length === 0)
    return [ok('sandbox', 'the sandbox is closed: no new privileges, no capabilities, system calls filtered')];
  return [
    warn(
      'sandbox',
      `the unit leaves open: ${open.join(', ')}`,
      'take the unit that comes with the package, systemd/bounced.service',
    ),
  ];
}

function diskFault(message: string, hint: string): Fault {
  return new Fault(message, { code: 'STATE_DIR', retry: 'never', exit: EXIT.disk, hint });
}
