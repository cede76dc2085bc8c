/**
 * Whether Gmail itself wrote a report. Takes the report's header, gives who wrote it as far as the receiving server
 * vouches for it. Looks at nothing that a sender can add: neither X-Failed-Recipients nor the MIME structure, which
 * Gmail does not sign.
 */
import { cleanAddress, sameAddress } from '../shared/address.ts';
import { headerValues } from '../shared/header-fields.ts';
import type { HeaderField, HeaderFields } from '../shared/header-fields.ts';
import { parseAuthenticationResults } from './authentication-results.ts';
import type { AuthenticationResults, MethodResult } from './authentication-results.ts';
import { tokenize } from './structured-field.ts';

/**
 * - `gmail`: Gmail's own report to this account.
 * - `forged`: it calls itself that, and the receiving server says that it is not.
 * - `unknown`: anybody's; `because` says what keeps it from being Gmail's.
 */
export type Author =
  | { readonly kind: 'gmail' }
  | { readonly kind: 'forged'; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** The domain that Gmail sends its reports from, signed. */
const GMAIL = 'googlemail.com';
/** Servers on the way that may have added a field of their own. */
const MOST_FIELDS = 10;
/** Fields that Google's servers put above the sender's own. */
const OF_THE_RECEIVER =
  /^(?:delivered-to|received|x-received|return-path|received-spf|arc-[a-z-]+|x-google-smtp-source|x-gm-[a-z-]+)$/;

/** Who has received a report. */
export interface Receiver {
  /** The account's own address, which the signed To field must name. */
  readonly user: string;
  /** The server whose Authentication-Results count, such as "mx.google.com". */
  readonly authservId: string;
}

/** Who wrote the report, by its whole header. */
export function authorOf(headers: HeaderFields, { user, authservId }: Receiver): Author {
  if (!isFromGmail(headers)) return unknown(`it is not from ${GMAIL}`);
  const trusted = trustedResults(headers, authservId);
  if ('because' in trusted) return unknown(trusted.because);
  const dmarc = trusted.results.filter(({ method }) => method === 'dmarc');
  const [verdict] = dmarc;
  if (verdict === undefined || dmarc.length > 1) return unknown(`${dmarc.length} dmarc results`);
  if (!sameDomain(verdict.properties.get('header.from'))) return unknown('dmarc speaks of another domain');
  if (verdict.result === 'fail') return { kind: 'forged', because: failedAt(authservId) };
  if (verdict.result !== 'pass') return unknown(`dmarc=${verdict.result}`);
  const because = pathFault(headers) ?? signatureFault(headers, trusted.results) ?? addresseeFault(headers, user);
  return because === undefined ? { kind: 'gmail' } : unknown(because);
}

/**
 * Why a mail in the name of Gmail's reports is not one, by the word of the server that received it; undefined where
 * nobody says so. Believed wherever the field stands: whoever adds it to a mail of his own speaks against himself.
 */
export function forgedInGmailsName(headers: HeaderFields, authservId = 'mx.google.com'): string | undefined {
  if (!isFromGmail(headers)) return undefined;
  const fields = headerValues(headers, 'authentication-results').slice(0, MOST_FIELDS).map(parseAuthenticationResults);
  const own = fields.find(field => !('anomaly' in field) && field.authservId === authservId);
  if (own === undefined || 'anomaly' in own) return undefined;
  const [dmarc, ...others] = own.results.filter(({ method }) => method === 'dmarc');
  const failed = dmarc?.result === 'fail' && others.length === 0 && sameDomain(dmarc.properties.get('header.from'));
  return failed ? failedAt(authservId) : undefined;
}

function failedAt(authservId: string): string {
  return `it says that it is from ${GMAIL}, and ${authservId} says dmarc=fail`;
}

function isFromGmail(headers: HeaderFields): boolean {
  const from = soleAddress(headers, 'from');
  return sameDomain(from?.slice(from.lastIndexOf('@') + 1));
}

function unknown(because: string): Author {
  return { kind: 'unknown', because };
}

/**
 * The topmost Authentication-Results, if the receiving server put it there: above it stand nothing but that server's
 * own fields, the last of them the Received that tells from whom it took the mail, perhaps with Received-SPF.
 */
function trustedResults(headers: HeaderFields, authservId: string): AuthenticationResults | { because: string } {
  const place = headers.findIndex(({ name }) => name === 'authentication-results');
  const field = headers[place];
  if (field === undefined) return { because: 'it has no Authentication-Results' };
  const above = headers.slice(0, place);
  const stranger = above.find(({ name }) => !OF_THE_RECEIVER.test(name));
  if (stranger !== undefined) return { because: `${stranger.name} stands above Authentication-Results` };
  const taken = above.filter(({ name, value }) => name === 'received' && !isInternalHop(value));
  const last = above.findLast(({ name }) => name !== 'received-spf');
  if (last !== taken[0] || !isTakenBy(taken[0], authservId)) {
    return { because: `Authentication-Results do not stand below the one Received of ${authservId}` };
  }
  const parsed = parseAuthenticationResults(field.value);
  if ('anomaly' in parsed) return { because: `Authentication-Results cannot be trusted: ${parsed.anomaly}` };
  if (parsed.authservId !== authservId) return { because: `Authentication-Results are of ${parsed.authservId}` };
  // Google writes none: a quote there is an echo of what the sender said.
  if (parsed.comments.some(comment => /["\\]/.test(comment))) {
    return { because: 'Authentication-Results cannot be trusted: a comment holds a quote' };
  }
  return parsed;
}

/** RFC 5321 4.5.5: a report has no sender; so no sender's words are echoed in the results either. */
function pathFault(headers: HeaderFields): string | undefined {
  const place = headers.findIndex(({ name }) => name === 'authentication-results');
  const paths = headerValues(headers.slice(0, place), 'return-path');
  return paths.length === 1 && paths[0] === '<>' ? undefined : 'its reverse-path is not empty';
}

/** "by 2002:a05:... with SMTP id ...": from one of Google's servers to the next. */
function isInternalHop(value: string): boolean {
  return /^by 2002:[0-9a-f:]+ with SMTP id /.test(value);
}

/** "from NAME (...) by SERVER with PROTOCOL ...", comments left out. */
function isTakenBy(field: HeaderField | undefined, server: string): boolean {
  const split = tokenize((field?.value ?? '').replace(/[<>,]/g, ' '));
  if ('anomaly' in split) return false;
  const [from, name, by, where, protocol] = split.tokens.map(({ text }) => text);
  return from === 'from' && name !== undefined && by === 'by' && where === server && protocol === 'with';
}

/**
 * What keeps the DKIM results from saying that Gmail signed this header. RFC 6376 3.5: `h` lists the signed fields,
 * `l` would leave the body's end unsigned.
 */
function signatureFault(headers: HeaderFields, results: readonly MethodResult[]): string | undefined {
  const dkim = results.filter(one => one.method === 'dkim' && speaksOfGmail(one));
  if (dkim.length === 0) return `no dkim result for ${GMAIL}`;
  if (dkim.some(({ result }) => result !== 'pass')) return `dkim of ${GMAIL} did not pass`;
  const signatures = headerValues(headers, 'dkim-signature').map(dkimTags);
  const ofGmail = signatures.filter(tags => tags.get('d')?.toLowerCase() === GMAIL);
  const [signature] = ofGmail;
  if (signature === undefined || ofGmail.length > 1) return `${ofGmail.length} signatures of ${GMAIL}`;
  const signed = (signature.get('h') ?? '').toLowerCase().split(':');
  const unsigned = ['from', 'to', 'date', 'message-id'].filter(name => !signed.includes(name));
  if (unsigned.length > 0) return `its signature leaves out ${unsigned.join(', ')}`;
  if (signature.has('l')) return 'its signature covers a part of the body only';
  const matches = dkim.some(
    ({ properties }) =>
      (properties.get('header.s') ?? signature.get('s')) === signature.get('s') &&
      (signature.get('b') ?? '').startsWith(properties.get('header.b') ?? ''),
  );
  return matches ? undefined : 'its signature is not the one that passed';
}

/** header.d and header.i, as far as they are there, name Gmail's domain and no other (RFC 8601 2.7.1). */
function speaksOfGmail({ properties }: MethodResult): boolean {
  const signer = properties.get('header.d');
  const identity = properties.get('header.i');
  const named = identity?.slice(identity.lastIndexOf('@') + 1);
  return [signer, named].some(domain => domain !== undefined) && [signer ?? GMAIL, named ?? GMAIL].every(sameDomain);
}

/** tag=value pairs (RFC 6376 3.2) without white space; a tag that stands twice makes the signature void. */
function dkimTags(value: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const pair of value.split(';')) {
    const equals = pair.indexOf('=');
    const tag = pair.slice(0, Math.max(equals, 0)).trim();
    if (tag !== '' && tags.has(tag)) return new Map();
    if (tag !== '') tags.set(tag, pair.slice(equals + 1).replace(/\s+/g, ''));
  }
  return tags;
}

/** A report that was signed for somebody else may be sent on to us as it is: its To tells. */
function addresseeFault(headers: HeaderFields, user: string): string | undefined {
  const to = soleAddress(headers, 'to');
  if (to === undefined) return 'it has not exactly one To with one address';
  return sameAddress(to, user) ? undefined : `it was written to ${to}`;
}

/** The address of a field that stands once and names one address; undefined for anything less plain. */
function soleAddress(headers: HeaderFields, name: string): string | undefined {
  const [value, ...others] = headerValues(headers, name);
  if (value === undefined || others.length > 0) return undefined;
  const [, bracketed, bare] = /^[^<>",;:()@\\]*<([^<>",;:()\s\\]+)>$|^([^<>",;:()\s\\]+)$/.exec(value) ?? [];
  return cleanAddress(bracketed ?? bare ?? '');
}

function sameDomain(domain: string | undefined): boolean {
  return domain?.toLowerCase() === GMAIL;
}
