/**
 * The accountant: what was mailed, what the outbox says, what the receiver took. Takes these books, gives the sums and
 * everything that does not add up; pure. Knows nothing of how the faults came about.
 */

/** A mail put into the folder that is read; no two have the same digest or address. */
export interface Mailed {
  readonly digest: string;
  /** What a bounce must lead to; undefined for mail that is none. */
  readonly bounce?: { readonly address: string; readonly verdict: 'hard' | 'soft' };
  /** Not proven by Sent: its event stays held. */
  readonly unproven?: boolean;
  /** Somebody took it away, perhaps before it was seen: it may lead to nothing. */
  readonly mayBeMissed?: boolean;
  /** The receiver refuses its event for ever: it ends as a dead letter. */
  readonly poison?: boolean;
  /** The disk lost what was recorded of it: the books may know nothing of it any more. */
  readonly forgotten?: boolean;
  /** The operator was told that it may be posted once more, and accepted that. */
  readonly repeatable?: boolean;
}

/** A row of the outbox's events. */
export interface BookedEvent {
  readonly address: string;
  readonly verdict: string;
  readonly state: string;
  readonly ts: number;
  /** How often it may have been counted without our knowing, as the outbox recorded it. */
  readonly ambiguous: number;
}

/** An event that the receiver counted, whether or not its answer arrived. */
export interface Counted {
  readonly address: string;
  readonly verdict: string;
  readonly ts: number;
}

export interface Books {
  readonly mails: readonly Mailed[];
  /** Digest of each recorded message, one for each row; NAMELESS for a row that has none. */
  readonly outcomes: readonly string[];
  readonly events: readonly BookedEvent[];
  readonly counted: readonly Counted[];
  /** True when all is over: then nothing may wait any more. */
  readonly final: boolean;
}

export interface Sums {
  readonly mails: number;
  readonly outcomes: number;
  readonly events: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly held: number;
  readonly dead: number;
  /** Events that the receiver counted, each as often as it did. */
  readonly counted: number;
  /** Bounces that nobody was told of and nobody will be. */
  readonly lost: number;
  /** Counted more often than the outbox knows it may have been. */
  readonly doubled: number;
  /** Counted more than once, and recorded as possible. */
  readonly repeated: number;
  /** Everything that does not add up, in words; empty when the books balance. */
  readonly wrong: readonly string[];
}

/** In the place of a digest. */
export const NAMELESS = 'nameless';

const OPEN = ['waiting', 'claimed'];
const STATES = [...OPEN, 'held', 'delivered', 'dead'];

/** Adds the books up. */
export function audit(books: Books): Sums {
  const { mails, outcomes, events, counted } = books;
  const inState = (...states: string[]): number => events.filter(({ state }) => states.includes(state)).length;
  const lost = lostBounces(books);
  const doubled = overcounted(books, true);
  return {
    mails: mails.length,
    outcomes: outcomes.length,
    events: events.length,
    delivered: inState('delivered'),
    waiting: inState(...OPEN),
    held: inState('held'),
    dead: inState('dead'),
    counted: counted.length,
    lost: lost.length,
    doubled: doubled.length,
    repeated: overcounted(books, false).length - doubled.length,
    wrong: [...lost, ...doubled, ...outcomeErrors(books), ...eventErrors(books), ...countErrors(books)],
  };
}

/** A bounce without an event (once all is over), or whose event is called delivered though it was never counted. */
function lostBounces({ mails, events, counted, final }: Books): string[] {
  const booked = new Map(events.map(event => [event.address, event]));
  const taken = new Set(counted.map(({ address }) => address));
  return mails.flatMap(({ bounce, mayBeMissed, forgotten }) => {
    if (bounce === undefined) return [];
    const event = booked.get(bounce.address);
    if (event === undefined) {
      const mayLack = mayBeMissed === true || (forgotten === true && taken.has(bounce.address));
      return final && !mayLack ? [`lost: ${bounce.address} has no event`] : [];
    }
    const isLost = event.state === 'delivered' && !taken.has(bounce.address);
    return isLost ? [`lost: ${bounce.address} is called delivered and was never counted`] : [];
  });
}

/** Addresses counted more than once; with `unnoted` only those where the outbox does not know that it may be so. */
function overcounted({ mails, events, counted }: Books, unnoted: boolean): string[] {
  const noted = new Map(events.map(event => [event.address, event.ambiguous + Number(event.state === 'claimed')]));
  const accepted = new Set(mails.flatMap(({ bounce, repeatable }) => (repeatable === true ? [bounce?.address] : [])));
  return [...byAddress(counted)].flatMap(([address, all]) => {
    const allowed = unnoted ? 1 + (noted.get(address) ?? 0) + Number(accepted.has(address)) : 1;
    return all.length > allowed ? [`doubled: ${address} was counted ${all.length} times, ${allowed} noted`] : [];
  });
}

/** Mails delivered = outcomes recorded. */
function outcomeErrors({ mails, outcomes: all, final }: Books): string[] {
  const known = new Set(mails.map(({ digest }) => digest));
  // Rows whose name the disk lost are nobody's any more.
  const outcomes = mails.some(({ forgotten }) => forgotten === true) ? all.filter(one => one !== NAMELESS) : all;
  const seen = new Set(outcomes);
  const missed = mails.filter(
    ({ digest, mayBeMissed, forgotten }) => mayBeMissed !== true && forgotten !== true && !seen.has(digest),
  );
  return [
    ...(seen.size < outcomes.length ? [`${outcomes.length - seen.size} messages have a second outcome`] : []),
    ...[...seen].filter(digest => !known.has(digest)).map(digest => `an outcome for a mail nobody sent: ${digest}`),
    ...(final ? missed.map(({ digest, bounce }) => `no outcome for ${bounce?.address ?? digest}`) : []),
  ];
}

/** Verdicts = events, each in a state that fits. */
function eventErrors({ mails, events, final }: Books): string[] {
  const bounces = new Map(mails.flatMap(mail => (mail.bounce ? [[mail.bounce.address, mail]] : [])));
  const wrong = [...byAddress(events)]
    .filter(([, all]) => all.length > 1)
    .map(([address, all]) => `${all.length} events for ${address}`);
  for (const { address, verdict, state } of events) {
    const mail = bounces.get(address);
    if (mail?.bounce === undefined) wrong.push(`an event for ${address}, who never bounced`);
    else if (mail.bounce.verdict !== verdict) wrong.push(`${address} is ${verdict}, not ${mail.bounce.verdict}`);
    if (!STATES.includes(state)) wrong.push(`${address} is ${state}`);
    if (final && OPEN.includes(state)) wrong.push(`${address} is still ${state}`);
    if (final && (state === 'held') !== (mail?.unproven === true)) wrong.push(`${address} is ${state}: held or not?`);
    if (final && (state === 'dead') !== (mail?.poison === true)) wrong.push(`${address} is ${state}: dead or not?`);
  }
  return wrong;
}

/** The receiver's journal = delivered, with the verdict and the time of the event each time. */
function countErrors({ mails, events, counted }: Books): string[] {
  const booked = new Map(events.map(event => [event.address, event]));
  const lost = new Set(mails.flatMap(({ bounce, forgotten }) => (forgotten === true ? [bounce?.address] : [])));
  return counted.flatMap(({ address, verdict, ts }) => {
    const event = booked.get(address);
    if (event === undefined) return lost.has(address) ? [] : [`${address} was counted, and has no event`];
    const known = event.state === 'delivered' || event.state === 'claimed' || event.ambiguous > 0;
    return [
      ...(known ? [] : [`${address} was counted, and is ${event.state} as if it never was`]),
      ...(verdict === event.verdict ? [] : [`${address} was counted as ${verdict}, and is ${event.verdict}`]),
      ...(ts === event.ts ? [] : [`${address} was counted with ts ${ts}, and has ${event.ts}`]),
    ];
  });
}

function byAddress<T extends { readonly address: string }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(one.address, [...(groups.get(one.address) ?? []), one]);
  return groups;
}
