/**
 * Whom to resubscribe. Takes addresses or a time, and the outbox; gives the customers whose hard bounce was posted, and
 * those who are left out, each with the reason. Changes nothing.
 */
import type { EventDetails, KeptEvent, Store } from '../outbox/outbox.ts';
import { addressKey } from '../shared/address.ts';
import { actWords, utc } from './event-lines.ts';
import { listAll } from './on-outbox.ts';
import { verdictOf } from './road-answer.ts';

/** What is asked for on the command line. */
export interface UndoAsked {
  readonly addresses: readonly string[];
  /** All whose hard bounce was settled then or later, epoch seconds. */
  readonly sinceSeconds?: number;
  readonly mailbox?: string;
  readonly callback?: string;
  /** Also those who were resubscribed already. */
  readonly again: boolean;
}

export interface Wronged {
  /** As the callback knows it. */
  readonly address: string;
  readonly callback: string;
  /** The hard bounces that are undone by it, oldest first. */
  readonly events: readonly EventDetails[];
  /** When the last of them was settled, epoch seconds. */
  readonly postedAtSeconds: number;
  /** Why it bounced, where that is still known. */
  readonly reason?: string;
  readonly quote?: string;
}

export interface LeftOut {
  readonly address: string;
  readonly because: string;
  readonly cure?: string;
}

export interface Choice {
  readonly wronged: readonly Wronged[];
  readonly leftOut: readonly LeftOut[];
}

/** In these, nobody has it in hand any more. */
const SETTLED = ['delivered', 'dead', 'dropped'] as const;

/** Looks at each customer that is meant: by each callback on its own, since each is an account of its own. */
export async function chooseWronged(store: Store, asked: UndoAsked): Promise<Choice> {
  const addresses = asked.sinceSeconds === undefined ? asked.addresses : await addressesSince(store, asked);
  const wronged: Wronged[] = [];
  const leftOut: LeftOut[] = [];
  for (const address of new Map(addresses.map(one => [addressKey(one), one])).values()) {
    const ofCallback = asked.callback === undefined ? {} : { callback: asked.callback };
    const events = await listAll(store, { address, ...ofCallback });
    if (events.length === 0) leftOut.push({ address, because: 'nothing is recorded of it' });
    for (const callback of new Set(events.map(event => event.callback))) {
      const own = events.filter(event => event.callback === callback);
      const result = await chooseOne(store, address, own, asked);
      if (result === undefined) continue;
      if ('because' in result) leftOut.push(result);
      else wronged.push(result);
    }
  }
  return { wronged, leftOut };
}

/** Undefined: not meant, by a time or a mailbox that others of its bounces fit. */
async function chooseOne(
  store: Store,
  address: string,
  events: readonly KeptEvent[],
  asked: UndoAsked,
): Promise<Wronged | LeftOut | undefined> {
  const hard = events.filter(({ verdict }) => verdict === 'hard');
  if (hard.length === 0) return { address, because: softWords(events.length) };
  const details = await Promise.all(hard.filter(wasCounted).map(({ id }) => store.show(id)));
  const counted = details.filter(one => one !== undefined);
  const last = counted.at(-1);
  const open = hard.find(event => !SETTLED.some(state => state === event.state));
  if (last === undefined) {
    const because = `nothing to undo: its hard bounce was not posted, it is ${(open ?? hard.at(-1))?.state ?? ''}`;
    return { address, because, ...(open === undefined ? {} : { cure: stopWords(open) }) };
  }
  if (open !== undefined) {
    const because = `another hard bounce of it is ${open.state} and would unsubscribe it again`;
    return { address, because, cure: stopWords(open) };
  }
  const undone = counted.filter(event => undoOf(event) !== undefined);
  const due = asked.again ? counted : counted.filter(event => !undone.includes(event));
  if (due.length === 0) return leaveUndone(address, last);
  const other = due.find(event => !isMeant(event, asked));
  if (other === undefined) return wrongedBy(due);
  return due.some(event => isMeant(event, asked)) ? leaveOther(address, other) : undefined;
}

function softWords(count: number): string {
  const bounces = count === 1 ? 'its bounce was soft' : `its ${count} bounces were soft`;
  const why = 'CleverTap counts soft bounces in the reports of its campaigns and unsubscribes nobody for them';
  return `nothing to undo: ${bounces}, and ${why}, however many`;
}

/** CleverTap took it, or may have: then nobody knows. */
function wasCounted({ state, ambiguous }: KeptEvent): boolean {
  return state === 'delivered' || ambiguous > 0;
}

function isMeant(event: KeptEvent, { sinceSeconds = 0, mailbox }: UndoAsked): boolean {
  return (event.settledAtSeconds ?? 0) >= sinceSeconds && (mailbox === undefined || event.mailbox === mailbox);
}

function undoOf({ acts }: EventDetails): EventDetails['acts'][number] | undefined {
  return acts.findLast(({ act }) => act === 'undo');
}

function wrongedBy(events: readonly EventDetails[]): Wronged {
  const last = events.at(-1) as EventDetails;
  const verdict = verdictOf(last.message, last);
  const quote = verdict?.diagnostic ?? verdict?.evidence[0]?.quote;
  return {
    address: last.address,
    callback: last.callback,
    events,
    postedAtSeconds: last.settledAtSeconds ?? last.recordedAtSeconds,
    ...(verdict === undefined ? {} : { reason: verdict.reason }),
    ...(quote === undefined ? {} : { quote }),
  };
}

/** What keeps it from being posted. */
function stopWords({ state, id }: KeptEvent): string {
  if (state === 'claimed') return 'ask again in a minute: it is being posted';
  const word = state === 'held' ? 'held discard' : 'outbox drop';
  return `"bounced ${word} ${id.slice(0, 12)} --reason TEXT" keeps it from being posted`;
}

function leaveUndone(address: string, event: EventDetails): LeftOut {
  const past = undoOf(event);
  const when = past === undefined ? '' : ` (${actWords(past)})`;
  return { address, because: `it was resubscribed already${when}`, cure: '--again does it once more' };
}

function leaveOther(address: string, event: EventDetails): LeftOut {
  return {
    address,
    because: `another hard bounce of it was posted at ${utc(event.settledAtSeconds ?? 0)} (mailbox ${event.mailbox}), which would be undone too`,
    cure: 'name the address without --since and --mailbox, if that one was wrong as well',
  };
}

async function addressesSince(store: Store, { sinceSeconds = 0, mailbox, callback }: UndoAsked): Promise<string[]> {
  const events = await listAll(store, {
    states: SETTLED,
    verdict: 'hard',
    settledFromSeconds: sinceSeconds,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(callback === undefined ? {} : { callback }),
  });
  return events.filter(wasCounted).map(({ address }) => address);
}
