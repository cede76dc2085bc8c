/**
 * What must hold of every mail, whatever it says. Takes the bytes of one, reads it as the daemon or as the library
 * would, and gives the promises that were broken, in words; none when all is well.
 */
import { readBounce } from '../../src/index.ts';
import { rawFromSource, readMessage } from '../../src/message/message.ts';
import type { Message } from '../../src/message/message.ts';
import type { RawMessage } from '../../src/mailbox/mailbox.ts';
import { isReport, readReport } from '../../src/report/report.ts';
import type { BounceReport } from '../../src/report/report.ts';
import { LIMITS } from '../../src/shared/limits.ts';
import { decide, DEFAULT_POLICY } from '../../src/verdict/verdict.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
import { standsIn, wordsOf } from './address-oracle.ts';
import { asFetched } from './fetched.ts';

/** A file as `bounced classify` and the library read it, or parts as the mailbox fetches them. */
export type Way = 'source' | 'fetched';

/** Later than any date that a report is believed. */
const NOW_SECONDS = 4_000_000_000;
/** A reading of at most 256 KiB takes milliseconds; this allows for a machine that is busy with other things. */
const SLOW_MS = 4_000;
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** What libraries print: a stranger's words must not reach a terminal past the log. */
const printed: string[] = [];
for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  console[name] = (...words: unknown[]) => void printed.push(words.map(String).join(' '));
}

const BUILTINS = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype, RegExp];
const KEYS = BUILTINS.map(one => Reflect.ownKeys(one).length);

/** Reads the mail in this way and says what is wrong with what came of it. */
export async function brokenPromises(source: Buffer, way: Way): Promise<string[]> {
  const startedMs = performance.now();
  const broken: string[] = [];
  try {
    const raw = way === 'source' ? rawFromSource(source) : asFetched(source);
    broken.push(...(await readAll(raw)));
    // The door itself, on some of them: it does the same once more.
    if (way === 'source' && source.length % 16 === 0) await readBounce(source, { nowSeconds: NOW_SECONDS });
  } catch (error) {
    broken.push(`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  broken.push(...printed.splice(0).map(words => `it printed: ${words}`));
  const tookMs = performance.now() - startedMs;
  if (tookMs > SLOW_MS) broken.push(`it took ${Math.round(tookMs)} ms`);
  if (BUILTINS.some((one, index) => Reflect.ownKeys(one).length !== KEYS[index]))
    broken.push('a prototype was changed');
  return broken;
}

async function readAll(raw: RawMessage): Promise<string[]> {
  const message = await readMessage(raw);
  const broken = ofMessage(message);
  const reading = readReport(message);
  if (!isReport(reading)) return [...broken, ...shown('because', [reading.because])];
  const verdicts = decide(reading, DEFAULT_POLICY, NOW_SECONDS);
  return [...broken, ...ofReport(reading), ...ofVerdicts(verdicts, message)];
}

function ofMessage({ problem, outline, text, machineParts, headers, returned }: Message): string[] {
  return broken([
    [problem?.includes('cannot be read') === true, `the reader met an exception: ${problem ?? ''}`],
    [outline.length > LIMITS.parts, `${outline.length} parts`],
    [text.length > LIMITS.textChars, `${text.length} characters of text`],
    [machineParts.some(part => part.text.length > LIMITS.deliveryStatusBytes), 'a machine-readable part is too long'],
    [headers.length > LIMITS.headerFields, `${headers.length} fields`],
    [(returned?.headers.length ?? 0) > LIMITS.headerFields, 'too many fields in the returned header'],
  ]);
}

function ofReport({ recipients, originalMessageIds, reportingMta, kind }: BounceReport): string[] {
  return broken([
    [recipients.length > LIMITS.recipients, `${recipients.length} recipients`],
    [originalMessageIds.length > LIMITS.originalMessageIds, `${originalMessageIds.length} Message-IDs`],
    [originalMessageIds.some(id => id.length > LIMITS.messageIdChars || /[^!-~]|[<>()"\\{}]/.test(id)), 'an unsafe id'],
    [(reportingMta ?? '').length > 255, 'a long reporting MTA'],
    [kind === 'failure' && recipients.some(one => one.evidence.length === 0), 'a recipient without evidence'],
  ]);
}

function ofVerdicts(verdicts: readonly Verdict[], message: Message): string[] {
  const words = wordsOf(message);
  return [
    ...broken([[verdicts.length > LIMITS.recipients, `${verdicts.length} verdicts`]]),
    ...verdicts.flatMap(one => ofVerdict(one)),
    ...verdicts.flatMap(({ names }) => names.filter(name => !standsIn(words, name)).map(name => `not in it: ${name}`)),
  ];
}

function ofVerdict({ recipient, names, verdict, evidence, diagnostic = '', status, replyCode }: Verdict): string[] {
  const isHard = verdict === 'hard';
  const [first] = evidence;
  return [
    ...broken([
      [names.some(name => name.length > LIMITS.addressChars), `a name of ${recipient.length} characters`],
      [names.length > 6, `${names.length} names for one recipient`],
      [diagnostic.length > LIMITS.diagnosticChars, 'a long diagnostic'],
      [evidence.some(({ quote }) => quote.length > LIMITS.quoteChars), 'a long quote'],
      [evidence.length > 8, `${evidence.length} pieces of evidence`],
      [isHard && (first === undefined || first.quote === ''), `${recipient} is hard without evidence`],
      [isHard && status === undefined && replyCode === undefined && !hasPhrase(evidence), `${recipient}: no ground`],
      [
        isHard && replyCode !== undefined && replyCode < 500 && !isGmailDns(evidence),
        `${recipient}: hard by ${replyCode}`,
      ],
    ]),
    ...shown('a name', names),
    ...shown('a diagnostic', [diagnostic]),
    ...shown(
      'a quote',
      evidence.map(({ quote }) => quote),
    ),
  ];
}

function hasPhrase(evidence: Verdict['evidence']): boolean {
  return evidence.some(({ rule }) => /^(?:phrase|grammar)\b/.test(rule));
}

/** Gmail's own finding that a domain does not exist, which it gives after days of trying. */
function isGmailDns(evidence: Verdict['evidence']): boolean {
  return evidence[0]?.rule.includes(' of gmail ') === true;
}

function shown(what: string, texts: readonly string[]): string[] {
  return texts.filter(text => UNSEEN.test(text)).map(text => `${what} with unseen characters: ${JSON.stringify(text)}`);
}

function broken(promises: readonly (readonly [isBroken: boolean, how: string])[]): string[] {
  return promises.filter(([isBroken]) => isBroken).map(([, how]) => how);
}
