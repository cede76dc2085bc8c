/**
 * sd_notify(3) through systemd's own command: no native code. Takes NOTIFY_SOCKET, gives a function.
 * Does nothing where systemd did not ask for it; a lost message harms nobody.
 */
import { spawn } from 'node:child_process';

/** Sends states such as "READY=1" or "STATUS=..." when NOTIFY_SOCKET is set. */
export function notifier(notifySocket: string | undefined): (state: string) => void {
  if (notifySocket === undefined || notifySocket === '') return () => undefined;
  return state => {
    const child = spawn('systemd-notify', [state], {
      stdio: 'ignore',
      env: { NOTIFY_SOCKET: notifySocket, PATH: '/usr/bin:/bin' },
    });
    child.on('error', () => undefined);
    child.unref();
  };
}
