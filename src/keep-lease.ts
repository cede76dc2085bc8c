/**
 * The right to write, renewed, and the watchdog fed. Takes the stations and a way to renew; ends by the signal, or
 * rejects when somebody else has the lease or the outbox is lost for good.
 */
import type { Stations } from './follow.ts';
import { asFault, EXIT } from './shared/fault.ts';

/** Each renewal is a transaction that reaches the disk. systemd wants to hear of us within 60 s, the lease holds 90. */
const RENEWAL_MS = 20_000;
const WRONG_CURE = 'look at the lines before this one; where a loop stands still, systemd starts bounced again';

/**
 * Renews the right to write, and feeds the watchdog while all loops turn and mails that are there are read. What keeps
 * us from writing but may pass, such as a full disk, is waited for: an end would post again what could not be noted.
 */
export async function keepLease(
  stations: Pick<Stations, 'tools' | 'pulse' | 'sights'>,
  renew: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { tools, pulse, sights } = stations;
  let wasWell = true;
  while (!signal.aborted) {
    const outage = await outageOf(renew);
    const late = pulse.pass(RENEWAL_MS);
    if (late.length === 0) tools.notify('WATCHDOG=1');
    const wrong = [...outage, ...late];
    if (wrong.length > 0 && wasWell) tools.log.error(wrong.join('; '), { cure: WRONG_CURE });
    wasWell = wrong.length === 0;
    sights.turned(outage, late);
    await tools.clock.sleep(RENEWAL_MS, signal);
  }
}

/** Why the renewal failed, where it may pass; rejects where it will not, or somebody else has the lease. */
async function outageOf(renew: () => Promise<unknown>): Promise<string[]> {
  try {
    await renew();
    return [];
  } catch (error) {
    const fault = asFault(error);
    if (fault.retry === 'never' || fault.exit !== EXIT.disk) throw fault;
    return [fault.message];
  }
}
