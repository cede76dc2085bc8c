/**
 * What a verdict rests on, for a person: what made hard or soft of the reason, the line and the rule that decided, what
 * lost against them and why, and who read the report. Takes how the mail was read and a verdict, gives lines; pure.
 */
import type { Ground, Verdict } from '../index.ts';
import { visible } from '../runtime/log-lines.ts';

const LABEL_CHARS = 10;

/** What a mail turned out to be, and who read it. */
export interface ReadAs {
  readonly kind: string;
  readonly reader?: string | undefined;
}

/** The lines to stand under the verdict's own. */
export function verdictLines({ kind, reader }: ReadAs, { verdict, reason, because, evidence }: Verdict): string[] {
  const [deciding] = evidence.filter(({ reason: read, lost }) => read !== undefined && lost === undefined);
  const others = evidence.filter(one => one.lost !== undefined);
  const taken = evidence.filter(one => one.reason === undefined && one.lost === undefined);
  const lines = [
    row('verdict', `${verdict}: ${because}`),
    row('reason', reason),
    ...(deciding === undefined ? [] : ground(deciding)),
    ...others.flatMap(one => [row('lost', `${one.reason ?? ''}: ${one.lost ?? ''}`), ...ground(one, deciding)]),
    row('reader', `${reader ?? 'none'}, as a report of ${kind}`),
    ...taken.flatMap(one => ground(one)),
  ];
  return lines.map(line => `    ${visible(line)}`);
}

/** Its line and rule; the line only where it is another than the deciding one. */
function ground({ part, quote, rule }: Ground, deciding?: Ground): string[] {
  const isSame = part === deciding?.part && quote === deciding.quote;
  return [...(isSame ? [] : [row('  line', `"${quote}" (${part})`)]), row('  rule', rule)];
}

function row(label: string, text: string): string {
  return `${label.padEnd(LABEL_CHARS)}${text}`;
}
