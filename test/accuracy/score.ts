/**
 * Compares what was read in a mail with its label. Takes a label and a prediction, gives counts and misses; counts of
 * many mails add up. Only verdicts that honest experts agree on count as right or wrong.
 */

/** A failed recipient, as a person labelled it. */
export interface LabelledRecipient {
  readonly address: string;
  /** Other names of the same recipient that are as right. */
  readonly also?: readonly string[];
  readonly verdict: string;
  /** Null or absent: not looked at. */
  readonly status?: string | null;
  readonly statusAlt?: readonly string[];
  /** Experts differ on soft or hard. */
  readonly ambiguous?: unknown;
  readonly reason?: string | null;
  readonly diag?: string | null;
}

export interface Label {
  readonly file: string;
  /** "failure", "delay", "success", "arf", "mdn", "auto-reply" or "not-bounce". */
  readonly kind: string;
  readonly recipients: readonly LabelledRecipient[];
  /** Experts differ on whether it is a bounce at all. */
  readonly ambiguousKind?: unknown;
}

export interface PredictedRecipient {
  readonly address: string;
  readonly verdict: string;
  readonly status?: string | undefined;
}

export interface Prediction {
  readonly isBounce: boolean;
  readonly recipients: readonly PredictedRecipient[];
}

export interface Miss {
  readonly type: 'missed' | 'false alarm' | 'recipient missed' | 'extra recipient' | 'verdict' | 'status';
  readonly file: string;
  readonly what: string;
}

/** Counts; each rate is one of them divided by another. */
export interface Tally {
  readonly mails: number;
  readonly failures: number;
  readonly failuresFound: number;
  /** Mails that are no failure, and those of them that were called one. */
  readonly others: number;
  readonly falseAlarms: number;
  /** The same of people's mail and auto-replies only. */
  readonly plain: number;
  readonly plainFalseAlarms: number;
  readonly recipients: number;
  readonly recipientsFound: number;
  readonly recipientsNamed: number;
  readonly recipientsRight: number;
  /** Of recipients found whose verdict is beyond dispute. */
  readonly verdicts: number;
  readonly verdictsRight: number;
  readonly hards: number;
  readonly hardsCalled: number;
  readonly hardsRight: number;
  /** People who would be unsubscribed by mistake. */
  readonly wrongHards: number;
  readonly statuses: number;
  readonly statusesRight: number;
  /** Mails with a clear kind, and those with everything right (the status apart). */
  readonly judged: number;
  readonly allRight: number;
}

export interface Score {
  readonly tally: Tally;
  readonly misses: readonly Miss[];
}

type Counts = { -readonly [name in keyof Tally]: number };

export const NOTHING: Tally = {
  mails: 0,
  failures: 0,
  failuresFound: 0,
  others: 0,
  falseAlarms: 0,
  plain: 0,
  plainFalseAlarms: 0,
  recipients: 0,
  recipientsFound: 0,
  recipientsNamed: 0,
  recipientsRight: 0,
  verdicts: 0,
  verdictsRight: 0,
  hards: 0,
  hardsCalled: 0,
  hardsRight: 0,
  wrongHards: 0,
  statuses: 0,
  statusesRight: 0,
  judged: 0,
  allRight: 0,
};

/** Scores one mail. */
export function scoreMail(label: Label, { isBounce, recipients }: Prediction): Score {
  const named = new Map<string, PredictedRecipient>();
  for (const one of recipients) if (!named.has(key(one.address))) named.set(key(one.address), one);
  const isFailure = label.kind === 'failure';
  const page: Page = { label, isBounce, named, counts: { ...NOTHING, mails: 1 }, misses: [] };
  const isClear = !label.ambiguousKind;
  if (isClear) scoreKind(page);
  const found = label.recipients.map(one => (isFailure ? scoreRecipient(page, one) : true));
  const isNamedRight = !isBounce || scoreNamed(page);
  if (isClear) page.counts.judged = 1;
  if (isClear && isBounce === isFailure && isNamedRight && !found.includes(false)) page.counts.allRight = 1;
  return { tally: page.counts, misses: page.misses };
}

/** The sum of many. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum: Counts = { ...NOTHING };
  for (const tally of tallies) for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name];
  return sum;
}

/** What is known of one mail while it is scored. */
interface Page {
  readonly label: Label;
  readonly isBounce: boolean;
  readonly named: ReadonlyMap<string, PredictedRecipient>;
  readonly counts: Counts;
  readonly misses: Miss[];
}

/** Failure or not. */
function scoreKind(page: Page): void {
  const { label, isBounce, counts } = page;
  if (label.kind === 'failure') {
    counts.failures = 1;
    counts.failuresFound = Number(isBounce);
    if (!isBounce) miss(page, 'missed', label.recipients.map(one => `${one.address} ${one.verdict}`).join(', '));
    return;
  }
  const isPlain = label.kind === 'not-bounce' || label.kind === 'auto-reply';
  counts.others = 1;
  counts.plain = Number(isPlain);
  counts.falseAlarms = Number(isBounce);
  counts.plainFalseAlarms = Number(isBounce && isPlain);
  const who = [...page.named].map(([address, one]) => `${address} ${one.verdict}`).join(', ');
  if (isBounce) miss(page, 'false alarm', `${label.kind}: ${who}`);
}

/** One labelled recipient; true where it was found with the right verdict. */
function scoreRecipient(page: Page, gold: LabelledRecipient): boolean {
  const { counts, named } = page;
  const name = namesOf(gold).find(one => named.has(one));
  const found = name === undefined ? undefined : named.get(name);
  counts.recipients += 1;
  if (!gold.ambiguous && gold.verdict === 'hard') counts.hards += 1;
  if (found === undefined) {
    if (page.isBounce) miss(page, 'recipient missed', gold.address);
    return false;
  }
  counts.recipientsFound += 1;
  if (gold.status) scoreStatus(page, gold, found);
  return Boolean(gold.ambiguous) || scoreVerdict(page, gold, found);
}

function scoreVerdict(page: Page, gold: LabelledRecipient, { verdict }: PredictedRecipient): boolean {
  const { counts } = page;
  const isRight = verdict === gold.verdict;
  counts.verdicts += 1;
  if (isRight) counts.verdictsRight += 1;
  else {
    const reason = `${gold.address} is ${gold.verdict} (${gold.reason ?? 'no reason labelled'}), called ${verdict}`;
    miss(page, 'verdict', `${reason}: ${(gold.diag ?? '').slice(0, 110)}`);
  }
  if (verdict === 'hard') {
    counts.hardsCalled += 1;
    if (isRight) counts.hardsRight += 1;
    else counts.wrongHards += 1;
  }
  return isRight;
}

function scoreStatus(page: Page, gold: LabelledRecipient, { status }: PredictedRecipient): void {
  const wanted = [gold.status ?? undefined, ...(gold.statusAlt ?? [])];
  page.counts.statuses += 1;
  if (wanted.includes(status)) page.counts.statusesRight += 1;
  else miss(page, 'status', `${gold.address} ${wanted.join(' or ')}, got ${status ?? 'none'}`);
}

/** Everybody the prediction names; false where the label of a failure knows nothing of one of them. */
function scoreNamed(page: Page): boolean {
  const { label, counts, named } = page;
  const isFailure = label.kind === 'failure';
  const known = isFailure ? new Set(label.recipients.flatMap(namesOf)) : new Set<string>();
  // Without an address in the label there is nothing to compare with.
  const isOpen = isFailure && label.recipients.length === 0;
  const extra = isOpen ? [] : [...named].filter(([address]) => !known.has(address));
  counts.recipientsNamed = named.size;
  counts.recipientsRight = named.size - extra.length;
  if (label.ambiguousKind) return true;
  // A hard verdict about somebody who never bounced unsubscribes him all the same.
  const hards = extra.filter(([, one]) => one.verdict === 'hard').length;
  counts.hardsCalled += hards;
  counts.wrongHards += hards;
  if (!isFailure) return true;
  for (const [address, one] of extra) miss(page, 'extra recipient', `${address} ${one.verdict}`);
  return extra.length === 0;
}

function namesOf(gold: LabelledRecipient): string[] {
  return [gold.address, ...(gold.also ?? [])].map(key);
}

function key(address: string): string {
  return address.trim().replace(/^<|>$/g, '').toLowerCase();
}

function miss({ label, misses }: Page, type: Miss['type'], what: string): void {
  misses.push({ type, file: label.file, what });
}
