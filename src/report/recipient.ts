/**
 * One recipient of a report from whatever a reader found out. Takes raw texts, gives a ReportedRecipient with its
 * evidence; leaves out what is no address, or the reporter's or our own.
 */
import type { Message } from '../message/message.ts';
import { addressKey, cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import { matchesOf } from '../shared/matches.ts';
import { cleanMessageIds } from '../shared/message-id.ts';
import { oneLine } from '../shared/one-line.ts';
import type { Unfinished } from '../shared/unfinished.ts';
import { enhancedCodeIn, replyCodeIn } from './codes.ts';
import type { Action, Evidence, ReportedRecipient } from './report.ts';

/** What stands behind an "@". */
const DOMAIN = /@([^\s<>",;]*)/g;
/** Addresses of ours that are looked for in a reply. */
const OWN_NAMES = 20;

export interface Findings {
  readonly finalRecipient: string;
  readonly originalRecipient?: string | undefined;
  readonly alsoKnownAs?: readonly string[] | undefined;
  readonly action: Action;
  readonly status?: string | undefined;
  readonly diagnostic?: string | undefined;
  readonly prose?: string | undefined;
  readonly remoteMta?: string | undefined;
  readonly lastAttemptAtSeconds?: number | undefined;
  readonly evidence: readonly Evidence[];
}

/** Codes of the reply are taken from the diagnostic; without a status field its enhanced code is the status. */
export function toRecipient(found: Findings): ReportedRecipient {
  const diagnostic = found.diagnostic === undefined ? undefined : oneLine(found.diagnostic, LIMITS.diagnosticChars);
  const inline = enhancedCodeIn(diagnostic ?? '');
  const prose = found.prose === undefined ? undefined : oneLine(found.prose, LIMITS.diagnosticChars);
  const { finalRecipient, action, evidence: read, originalRecipient, alsoKnownAs, status = inline } = found;
  const replyCode = diagnostic === undefined ? undefined : replyCodeIn(diagnostic);
  const recipient: Unfinished<ReportedRecipient> = { finalRecipient, action, evidence: read };
  if (originalRecipient !== undefined) recipient.originalRecipient = originalRecipient;
  if (alsoKnownAs !== undefined) recipient.alsoKnownAs = alsoKnownAs;
  if (status !== undefined) recipient.status = status;
  if (inline !== undefined) recipient.replyStatus = inline;
  if (replyCode !== undefined) recipient.replyCode = replyCode;
  if (diagnostic !== undefined && diagnostic !== '') recipient.diagnostic = diagnostic;
  if (prose !== undefined && prose !== '') recipient.prose = prose;
  if (found.remoteMta !== undefined && found.remoteMta !== '') recipient.remoteMta = found.remoteMta;
  if (found.lastAttemptAtSeconds !== undefined) recipient.lastAttemptAtSeconds = found.lastAttemptAtSeconds;
  return recipient;
}

/** The Message-ID in a header that the text quotes. */
function quotedId(text: string): string | undefined {
  // Asked first, for it costs a tenth: most texts quote none.
  return /message-id:/i.test(text) ? /^[> ]*message-id:\s*(<[^<>\s]{3,998}>)/im.exec(text)?.[1] : undefined;
}

/** A quote of the mail for an evidence. */
export function evidence(part: Evidence['part'], quote: string, rule: string): Evidence {
  return { part, quote: oneLine(quote, LIMITS.quoteChars), rule };
}

/**
 * Recipients that can be meant: not the reporter, each address once, within the limit. Prose greets us and names the
 * sender: there our own address counts only where nobody else is named. That none of ours is ever posted is
 * provenance's care.
 */
export function plausible(
  message: Message,
  recipients: readonly ReportedRecipient[],
  source: 'fields' | 'prose',
): ReportedRecipient[] {
  // A report to somebody else about us, of which we got a copy, is none of ours.
  const ownAddresses = source === 'prose' ? addressesOfMailbox(message) : copiedTo(message);
  const others = recipients.filter(one => !ownAddresses.includes(addressKey(one.finalRecipient)));
  const onlyOurs = others.length === 0 && source === 'prose' && mayBounceToItself(message);
  return withoutReporter(message, onlyOurs ? recipients : others);
}

/**
 * Worms and phishing tell us that we could not be reached; a mailer says so with its own reverse-path (RFC 5321 4.5.5).
 */
function mayBounceToItself({ headers }: Message): boolean {
  const path = headerValue(headers, 'return-path');
  return path === undefined || /^<(?:mailer-daemon(?:@[^<>]*)?)?>$/i.test(path.slice(0, 500));
}

function withoutReporter(message: Message, recipients: readonly ReportedRecipient[]): ReportedRecipient[] {
  const from = cleanAddress(headerValue(message.headers, 'from') ?? '');
  const kept = new Map<string, ReportedRecipient>();
  for (const recipient of recipients) {
    const key = addressKey(recipient.finalRecipient);
    const isReporter = /^(?:mailer-daemon|postmaster)@/.test(key) && from !== undefined && key === addressKey(from);
    if (isReporter) continue;
    const twin = kept.get(key);
    if (twin === undefined || tellsMore(recipient, twin)) kept.set(key, recipient);
  }
  return [...kept.values()].slice(0, LIMITS.recipients);
}

/** Of two groups about one recipient the failure counts, then the one with the server's words. */
function tellsMore(one: ReportedRecipient, other: ReportedRecipient): boolean {
  if (one.action !== other.action) return one.action === 'failed';
  return one.diagnostic !== undefined && other.diagnostic === undefined;
}

/** True when the words name this mailbox: a mail to ourselves that failed, or a greeting. */
export function namesOurselves(message: Message, text: string): boolean {
  const lower = text.toLowerCase();
  return addressesOfMailbox(message).some(address => lower.includes(address));
}

/** Our addresses, as the report and the mail that it returns have them, each followed by its domain. */
export function namesOfOurs(message: Message): string[] {
  const own = keysIn(fieldsOfOurs(message));
  // A forged mail may name thousands, each of which would be sought in each reply.
  return [...new Set(own.slice(0, OWN_NAMES).flatMap(key => [key, key.slice(key.lastIndexOf('@') + 1)]))];
}

/** False where no domain of ours stands in the (lower-case) text: a look at it costs little, and nearly none does. */
export function mayNameUs(message: Message, said: string): boolean {
  return fieldsOfOurs(message).some(value => {
    const start = value.slice(0, OWN_NAMES * LIMITS.addressChars).toLowerCase();
    return matchesOf(start, DOMAIN).some(([, domain = '']) => said.includes(domain));
  });
}

function fieldsOfOurs(message: Message): string[] {
  return [...fieldsOfMailbox(message), ...headerValues(message.returned?.headers ?? [], 'from')];
}

function fieldsOfMailbox({ headers }: Message): string[] {
  return [...headerValues(headers, 'to'), ...headerValues(headers, 'delivered-to')];
}

function copiedTo({ headers }: Message): string[] {
  const delivered = keysIn(headerValues(headers, 'delivered-to'));
  if (delivered.length === 0) return [];
  const to = keysIn(headerValues(headers, 'to'));
  return delivered.filter(key => !to.includes(key));
}

/** The addresses that this mail came to, as comparison keys. */
export function addressesOfMailbox(message: Message): string[] {
  return keysIn(fieldsOfMailbox(message));
}

/** The addresses as comparison keys. */
function keysIn(values: readonly string[]): string[] {
  const keys: string[] = [];
  for (const value of values) {
    for (const part of value.slice(0, 20 * LIMITS.addressChars).split(',')) {
      const address = cleanAddress(part);
      if (address !== undefined) keys.push(addressKey(address));
    }
  }
  return keys;
}

/** Message-IDs of the mail that bounced, the most trustworthy carrier first. */
export function originalIds(message: Message, fromStatus: string | undefined): string[] {
  const returned = message.returned?.headers ?? [];
  const inText = quotedId(message.text.slice(0, LIMITS.textChars));
  const values = [
    fromStatus,
    headerValue(returned, 'message-id'),
    headerValue(returned, 'x-google-original-message-id'),
    headerValue(message.headers, 'in-reply-to'),
    ...headerValues(message.headers, 'references').reverse(),
    inText,
  ];
  const ids = new Set<string>();
  for (const value of values) {
    if (value === undefined || ids.size >= LIMITS.originalMessageIds) continue;
    for (const id of cleanMessageIds(value).reverse()) ids.add(id);
  }
  return [...ids].slice(0, LIMITS.originalMessageIds);
}
