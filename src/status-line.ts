/**
 * How a daemon stands, in one line for `systemctl status`. Takes counts and standings, gives words; pure.
 */
import { isMissing } from './canary.ts';
import type { Present } from './runtime/metrics.ts';

const DAY = 86_400;

export interface Glance extends Present {
  /** What keeps the daemon from its work. */
  readonly wrong: readonly string[];
}

/** Such as "following 2 mailboxes; 3 waiting, 1 held; last mail 12:04:31 UTC". */
export function statusLine(glance: Glance, nowSeconds: number): string {
  const { wrong, backlog, breakers, canaries, mailboxes } = glance;
  const all = Object.entries(mailboxes);
  const lost = canaries.filter(one => mailboxes[one.mailbox] !== undefined && isMissing(one, nowSeconds));
  const apart = all.filter(([, { connected }]) => !connected);
  const open = breakers.filter(({ openSinceSeconds }) => openSinceSeconds !== undefined);
  const followed = all.length - apart.length;
  const last = Math.max(...all.map(([, { lastMailSeconds = 0 }]) => lastMailSeconds));
  return [
    ...wrong,
    `following ${followed === all.length ? '' : `${followed} of `}${plural(all.length, 'mailbox', 'mailboxes')}`,
    ...apart.map(([name, { fault }]) => `${name}: ${fault?.message ?? 'connecting'}`),
    ...(open.length === 0
      ? []
      : [
          breakerWords(
            open.map(({ mailbox }) => mailbox),
            backlog.stopped,
          ),
        ]),
    ...lost.map(({ mailbox }) => `${mailbox}: the last canary has not come back`),
    counts(backlog),
    ...(last > 0 ? [`last mail ${when(last, nowSeconds)}`] : []),
  ].join('; ');
}

function counts({ waiting, claimed, held, dead }: Present['backlog']): string {
  const parts = [
    [waiting + claimed, 'waiting'],
    [held, 'held'],
    [dead, 'dead'],
  ] as const;
  const some = parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []));
  return some.length === 0 ? 'nothing waiting' : some.join(', ');
}

function breakerWords(names: readonly string[], stopped: number): string {
  const wait = stopped === 1 ? 'waits' : 'wait';
  return `breaker open for ${names.join(', ')}: ${plural(stopped, 'hard bounce', 'hard bounces')} ${wait}`;
}

/** The time of day; with the day when that is another one. */
function when(seconds: number, nowSeconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  const today = Math.floor(seconds / DAY) === Math.floor(nowSeconds / DAY);
  return today ? `${text.slice(11, 19)} UTC` : `${text.slice(0, 16).replace('T', ' ')} UTC`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
