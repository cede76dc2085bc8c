/**
 * All that a first evening can fail on, tried one after the other: this machine, each mailbox, each callback. Takes the
 * configuration, gives findings. Logs in and reads; changes nothing, posts nothing.
 */
import { isIP } from 'node:net';
import type { CallbackSettings } from '../callback/callback.ts';
import type { MailboxInspection } from '../mailbox/mailbox.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Config, Env } from '../runtime/config.ts';
import { skew } from '../runtime/oauth-fault.ts';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import { stageOf, tryMailbox } from './check-mailbox.ts';
import { fail, note, ok, warn } from './finding.ts';
import type { Finding } from './finding.ts';
import { probeHost } from './probe-host.ts';
import { probeSandbox, probeStateDir } from './probe-machine.ts';

const DAY_MS = 86_400_000;
/** A clock that is off by less disturbs nobody; by more than the second, signed requests fail. */
const SKEW_WARN_MS = 60_000;
const SKEW_FAIL_MS = 5 * 60_000;
/** A certificate is renewed weeks before it ends; one that is not may be forgotten. */
const LEAST_DAYS = 7;

/** What was tried, and how it went. */
export interface Tried {
  /** `this machine`, `mailbox campaigns`, `callback clevertap`. */
  readonly about: string;
  readonly findings: readonly Finding[];
  /** Of a mailbox that could be entered. */
  readonly inspection?: MailboxInspection;
}

/** Tries everything; a failure does not hide what comes after it. */
export async function tryAll(config: Config, env: Env): Promise<Tried[]> {
  const machine = [
    ...(await probeStateDir(config.stateDir)),
    ...(await probeSandbox(env['SYSTEMD_EXEC_PID'], process.pid)),
  ];
  const tried: Tried[] = [{ about: 'this machine', findings: machine }];
  for (const mailbox of config.mailboxes) {
    tried.push({ about: `mailbox ${mailbox.name}`, ...(await tryMailbox(mailbox, config.provenance.mode)) });
  }
  for (const callback of config.callbacks) tried.push(await tryCallback(callback));
  return tried;
}

async function tryCallback({ name, url, ca }: CallbackSettings): Promise<Tried> {
  const about = `callback ${name}`;
  const { origin, host, hostname, protocol } = new URL(url.reveal());
  const shape = urlFindings(url.reveal());
  try {
    const { certificateEndsMs, aheadMs } = await probeHost(origin, ca, () => systemClock.nowMs());
    const findings = [
      ...(isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? [ok('dns', `DNS: ${hostname} is known`)] : []),
      protocol === 'https:'
        ? tlsFinding(host, certificateEndsMs)
        : note('tls', `TLS: none at ${host}, this very machine`),
      ok('connection', `${host} answers; nothing posted`),
      ...(aheadMs === undefined ? [] : clockFindings(aheadMs, host)),
    ];
    return { about, findings: [...shape, ...findings] };
  } catch (error) {
    const fault = asFault(error);
    return { about, findings: [...shape, fail(stageOf(fault), fault)] };
  }
}

/** Whether it looks like a whole one; not a character of it is shown. */
export function urlFindings(text: string): Finding[] {
  const { pathname, search, hash } = new URL(text);
  const cure = 'copy it whole from CleverTap: Settings > Channels > Email > Provider';
  if (pathname === '/' && search === '')
    return [warn('url', 'the URL ends after the host: a part of it is missing', cure)];
  if (hash !== '') return [warn('url', 'the URL holds a "#": what stands behind it is never sent', cure)];
  return [ok('url', 'the URL looks whole')];
}

/** @param aheadMs how far this machine is ahead of the host */
export function clockFindings(aheadMs: number, host: string): Finding[] {
  const off = Math.abs(aheadMs);
  const text = `this machine's clock is ${skew(aheadMs)} by the clock of ${host}`;
  const cure = 'set the clock: "timedatectl set-ntp true"';
  if (off < SKEW_WARN_MS) return [ok('clock', `the clock agrees with that of ${host}`)];
  if (off < SKEW_FAIL_MS) return [warn('clock', text, cure)];
  return [fail('clock', new Fault(text, { code: 'CLOCK_SKEW', retry: 'never', exit: EXIT.config, hint: cure }))];
}

/** @param endsMs until when its certificate is good, milliseconds since the epoch */
export function tlsFinding(host: string, endsMs: number | undefined): Finding {
  const good = `TLS: the certificate of ${host} is good`;
  if (endsMs === undefined) return ok('tls', good);
  const days = Math.floor((endsMs - systemClock.nowMs()) / DAY_MS);
  if (days >= LEAST_DAYS) return ok('tls', `${good} for ${days} days`);
  return warn('tls', `${good} for ${days} days only`, 'its operator must renew it');
}
