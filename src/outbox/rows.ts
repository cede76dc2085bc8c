/**
 * Rows of the SQLite store as the values of the contract. Pure.
 */
import type { Proof } from '../provenance/provenance.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { ClaimedEvent, HeldEvent } from './outbox.ts';

export type Row = Readonly<Record<string, string | number | bigint | null>>;

export function toCursor(row: Row): Cursor {
  const { mailbox, folder, uid_validity: uidValidity, last_uid: lastUid } = row;
  return {
    mailbox: String(mailbox),
    folder: String(folder),
    uidValidity: Number(uidValidity),
    lastUid: Number(lastUid),
  };
}

export function toClaimed(row: Row): ClaimedEvent {
  return { ...common(row), proof: row['proof'] as Proof, attempts: Number(row['attempts']) };
}

export function toHeld(row: Row): HeldEvent {
  return {
    ...common(row),
    missing: String(row['missing']),
    originalMessageIds: JSON.parse(String(row['original_ids'])) as string[],
    names: JSON.parse(String(row['names'])) as string[],
    heldAtSeconds: Number(row['created_at']),
  };
}

function common(row: Row): Omit<ClaimedEvent, 'proof' | 'attempts'> {
  return {
    id: String(row['id']),
    mailbox: String(row['mailbox']),
    callback: String(row['callback']),
    address: String(row['address']),
    verdict: row['verdict'] === 'hard' ? 'hard' : 'soft',
    tsSeconds: Number(row['ts']),
  };
}
