/**
 * Whether two readings are the same. Takes the reading of a mail and of what was made of it, gives each difference in a
 * clause: what stood for what is looked through, everything else must be equal. Reads nothing itself.
 */
import type { Message } from '../message/message.ts';
import type { Verdict } from '../verdict/verdict.ts';

/** What was read in a mail; `Bounce` of the library is one. */
export interface Reading {
  readonly isBounce: boolean;
  readonly kind: string;
  readonly reader?: string;
  readonly originalMessageIds: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** A mail as its stations see it. */
export interface Seen {
  readonly reading: Reading;
  readonly message: Message;
}

/** @param shared what stands for a text of the original */
export function differences(original: Seen, captured: Seen, shared: (text: string) => string): string[] {
  return [
    ...compared('kind', original.reading.kind, captured.reading.kind),
    ...compared('reader', original.reading.reader, captured.reading.reader),
    ...compared(
      'ids of the original',
      original.reading.originalMessageIds.map(shared),
      captured.reading.originalMessageIds,
    ),
    ...verdictDifferences(original.reading.verdicts, captured.reading.verdicts, shared),
    ...compared('MIME structure', outline(original.message), outline(captured.message)),
    ...compared('header of the returned mail', returned(original.message).length, returned(captured.message).length),
  ];
}

function verdictDifferences(
  before: readonly Verdict[],
  after: readonly Verdict[],
  shared: (text: string) => string,
): string[] {
  if (before.length !== after.length) return [`recipients: ${before.length} became ${after.length}`];
  return before.flatMap((verdict, index) => {
    const other = after[index];
    if (other === undefined) return [];
    const name = `recipient ${index + 1}`;
    return [
      ...compared(`${name}: address`, shared(verdict.recipient), other.recipient),
      ...compared(`${name}: names`, verdict.names.map(shared), other.names),
      ...(['verdict', 'reason', 'about', 'status', 'replyCode', 'bouncedAtSeconds'] as const).flatMap(key =>
        compared(`${name}: ${key}`, verdict[key], other[key]),
      ),
      ...compared(`${name}: rules of the evidence`, grounds(verdict), grounds(other)),
    ];
  });
}

function grounds({ evidence }: Verdict): string[] {
  return evidence.map(({ part, rule, reason, lost }) => [part, rule, reason ?? '', lost ?? ''].join(' | '));
}

function outline({ outline: parts, machineParts }: Message): string[] {
  return [...parts, ...machineParts].map(({ path, contentType }) => `${path} ${contentType}`);
}

/** Its fields; those that are nobody's standard are named otherwise. */
function returned({ returned: mail }: Message): string[] {
  return (mail?.headers ?? []).map(({ name }) => name);
}

function compared(what: string, before: unknown, after: unknown): string[] {
  const [one, other] = [JSON.stringify(before), JSON.stringify(after)];
  return one === other ? [] : [`${what}: ${short(one)} became ${short(other)}`];
}

function short(text: string | undefined): string {
  const whole = text ?? 'nothing';
  return whole.length > 160 ? `${whole.slice(0, 157)}...` : whole;
}
