/**
 * sd_notify(3) through systemd's own command: no native code. Takes NOTIFY_SOCKET, gives a function.
 * Does nothing where systemd did not ask for it; a lost message harms nobody.
 */
import { spawn } from 'node:child_process';

/** So many messages may wait for the one on its way: more of them would be out of date. */
const WAITING = 20;

/**
 * Sends states such as "READY=1" or "STATUS=..." when NOTIFY_SOCKET is set, one after the other: READY=1 must not
 * overtake RELOADING=1. Several fields of one message stand in a line each.
 */
export function notifier(notifySocket: string | undefined): (state: string) => void {
  if (notifySocket === undefined || notifySocket === '') return () => undefined;
  let before = Promise.resolve();
  let waiting = 0;
  return state => {
    if (waiting >= WAITING) return;
    waiting += 1;
    before = before.then(async () => {
      await send(notifySocket, state);
      waiting -= 1;
    });
  };
}

function send(notifySocket: string, state: string): Promise<void> {
  return new Promise(resolve => {
    const child = spawn('systemd-notify', state.split('\n'), {
      stdio: 'ignore',
      env: { NOTIFY_SOCKET: notifySocket, PATH: '/usr/bin:/bin' },
    });
    child.on('error', () => {
      resolve();
    });
    child.on('exit', () => {
      resolve();
    });
    child.unref();
  });
}
