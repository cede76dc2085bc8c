/**
 * Why there is no right to write: somebody else has it, or has taken it over. Takes a path and the lease, gives Faults.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { LeaseRow } from './rows.ts';

export function leaseHeld(path: string, row: LeaseRow, nowSeconds: number): Fault {
  const holder = row.holder?.split(' ')[0] ?? '';
  return new Fault(`${path}: another bounced runs on this outbox (process ${holder})`, {
    code: 'LEASE_HELD',
    retry: 'later',
    exit: EXIT.leaseHeld,
    hint: 'stop the other one first (systemctl status bounced), or give this one a state_dir of its own',
    waitMs: Math.max(row.expires_at - nowSeconds, 0) * 1000,
  });
}

export function leaseLost(path: string): Fault {
  return new Fault(`${path}: another bounced has taken over this outbox`, {
    code: 'LEASE_LOST',
    retry: 'never',
    exit: EXIT.leaseHeld,
    hint: 'nothing is lost; run one daemon for each state_dir',
  });
}
