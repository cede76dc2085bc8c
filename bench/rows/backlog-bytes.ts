/**
 * What the built daemon takes over the wire for a whole backlog, Sent look-ups and TLS included, beside the mailbox's
 * size; and the same backlog's round trips. Counts, no times. Never touches a server that is not its own.
 */
import { countBacklog, openBacklog } from '../backlog.ts';
import type { Row } from '../row.ts';

export const BACKLOG_BYTES: Row = {
  name: 'backlog-bytes',
  what: 'a backlog read, decided and posted: bytes over the wire',
  against: "the mailbox's size",
  target: { ratio: 0.025, bound: 'at most' },
  async run(options) {
    const backlog = await openBacklog(options);
    if ('leftOut' in backlog) return backlog;
    const { mails, bounces, sizeBytes } = backlog;
    const { bytes } = await countBacklog(backlog);
    const besides = { mails, bounces, bytesPerMail: Math.round(bytes / mails) };
    return { unit: 'bytes', ours: bytes, peer: sizeBytes, ratio: bytes / sizeBytes, besides };
  },
};

/** What two logins and the first, small chunks take for any backlog; the short one has too few mails for it. */
const SAME_FOR_ANY = 40;

export const ROUND_TRIPS: Row = {
  name: 'round-trips',
  what: `a backlog read and decided: round trips, with --short those over ${SAME_FOR_ANY}`,
  against: 'the number of mails',
  target: { ratio: 0.01, bound: 'at most' },
  // A round trip more or less is the network's.
  demanded: { ratio: 0.015, bound: 'at most' },
  async run(options) {
    const backlog = await openBacklog(options);
    if ('leftOut' in backlog) return backlog;
    const { mails } = backlog;
    const { turns } = await countBacklog(backlog);
    const counted = options.short ? Math.max(0, turns - SAME_FOR_ANY) : turns;
    return { unit: 'round trips', ours: turns, peer: mails, ratio: counted / mails };
  },
};
