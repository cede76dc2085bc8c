/**
 * Authentication-Results as RFC 8601 2.2 writes it. Takes one field's unfolded value, gives its results, each with its
 * own properties, or the anomaly that makes all of it worthless. Half of such a field is chosen by the sender of the
 * mail: whatever does not fit the grammar to the last character is never taken for a result.
 */
import { tokenize } from './structured-field.ts';
import type { Anomaly, Token } from './structured-field.ts';

/** One method's result. All names are lower case. */
export interface MethodResult {
  /** dkim, spf, dmarc ... */
  readonly method: string;
  /** pass, fail, none, neutral, temperror ... */
  readonly result: string;
  /** Free text; proves nothing. */
  readonly reason?: string;
  /** By "ptype.property", such as "header.from"; values as they stand. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface AuthenticationResults {
  /** Who says so, as it stands. */
  readonly authservId: string;
  /** Empty for "none". */
  readonly results: readonly MethodResult[];
  /** Without their outer parentheses. */
  readonly comments: readonly string[];
}

/** Real fields have up to a dozen. */
const MOST_RESULTS = 64;
/** RFC 5321 4.1.1.1 Ldh-str: what RFC 8601 calls a Keyword. */
const KEYWORD = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const METHOD = new RegExp(`^(${KEYWORD})(?: ?/ ?(\\d+))?$`);
const PROPERTY = new RegExp(`^(${KEYWORD}) ?\\. ?(${KEYWORD})$`);
const RESULT = new RegExp(`^${KEYWORD}$`);

/** Reads the value of one field; never throws. */
export function parseAuthenticationResults(value: string): AuthenticationResults | Anomaly {
  const split = tokenize(value);
  if ('anomaly' in split) return split;
  const [head = [], ...clauses] = atSemicolons(split.tokens);
  const [authservId, version, ...others] = head;
  if (authservId === undefined || isPunctuation(authservId))
    return { anomaly: 'it does not begin with an authserv-id' };
  const hasVersion = version !== undefined;
  // RFC 8601 2.6: a version that is not known may mean anything.
  if (others.length > 0 || (hasVersion && (version.text !== '1' || !version.spaced || version.kind !== 'word'))) {
    return { anomaly: 'more than a version 1 follows its authserv-id' };
  }
  if (clauses.length === 0) return { anomaly: 'it holds no result' };
  if (clauses.length > MOST_RESULTS) return { anomaly: `it holds more than ${MOST_RESULTS} results` };
  const found = { authservId: authservId.text, comments: split.comments };
  if (clauses.length === 1 && isNone(clauses[0] ?? [])) return { ...found, results: [] };
  const results: MethodResult[] = [];
  for (const clause of clauses) {
    const result = readClause(clause);
    if ('anomaly' in result) return result;
    results.push(result);
  }
  return { ...found, results };
}

function isNone([word, ...others]: readonly Token[]): boolean {
  return others.length === 0 && word?.kind === 'word' && word.text.toLowerCase() === 'none';
}

/** methodspec, reasonspec, propspecs: each is a name, "=" and a value, and nothing else may stand between them. */
function readClause(tokens: readonly Token[]): MethodResult | Anomaly {
  const pairs = readPairs(tokens);
  if ('anomaly' in pairs) return pairs;
  const [first, ...rest] = pairs.pairs;
  if (first === undefined) return { anomaly: 'a result is empty' };
  const [, method, version = '1'] = METHOD.exec(first.name) ?? [];
  if (method === undefined || !RESULT.test(first.value) || first.quoted) {
    return { anomaly: `"${shorten(first.name)}=${shorten(first.value)}" is no method with its result` };
  }
  if (version !== '1') return { anomaly: `${method} is of version ${version}` };
  const [second] = rest;
  const reason = second?.name.toLowerCase() === 'reason' ? second.value : undefined;
  const properties = new Map<string, string>();
  for (const { name, value } of reason === undefined ? rest : rest.slice(1)) {
    const [, ptype, property] = PROPERTY.exec(name) ?? [];
    if (ptype === undefined || property === undefined) return { anomaly: `"${shorten(name)}" is no property` };
    const key = `${ptype}.${property}`.toLowerCase();
    if (properties.has(key)) return { anomaly: `${key} stands twice in one result` };
    properties.set(key, value);
  }
  const result = { method: method.toLowerCase(), result: first.value.toLowerCase(), properties };
  return reason === undefined ? result : { ...result, reason };
}

interface Pair {
  readonly name: string;
  readonly value: string;
  readonly quoted: boolean;
}

/** Names up to "=", values up to the next white space or comment. */
function readPairs(tokens: readonly Token[]): { pairs: Pair[] } | Anomaly {
  const pairs: Pair[] = [];
  let at = 0;
  while (at < tokens.length) {
    const start = at;
    let name = '';
    for (let token = tokens[at]; token?.kind === 'word'; token = tokens[at]) {
      name += at === start ? token.text : ` ${token.text}`;
      at += 1;
    }
    if (at === start || tokens[at]?.kind !== '=') {
      return { anomaly: `"${shorten(tokens[start]?.text ?? '')}" stands where a result or a property should` };
    }
    at += 1;
    // "=" may stand in a local part (smtp.mailfrom=a=b@c), never by itself.
    if (at === tokens.length || tokens[at]?.kind === '=') return { anomaly: `a value is missing after "="` };
    const first = at;
    let value = '';
    let quoted = false;
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      if (at > first && token.spaced) break;
      value += token.text;
      quoted ||= token.kind !== 'word';
      at += 1;
    }
    pairs.push({ name, value, quoted });
  }
  return { pairs };
}

function atSemicolons(tokens: readonly Token[]): Token[][] {
  const clauses: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === ';') clauses.push([]);
    else clauses.at(-1)?.push(token);
  }
  return clauses;
}

function isPunctuation({ kind }: Token): boolean {
  return kind === ';' || kind === '=';
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
