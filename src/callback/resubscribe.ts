/**
 * The undo of hard bounces: one request to CleverTap's Subscribe API. Takes addresses, gives whom it refused. Never
 * follows a redirect, never prints account id or passcode. Not sent by the courier: only a person asks for it.
 * Source: CleverTap's pages "Subscribe API" (`POST /1/subscribe`, 1000 records a call) and "Errors".
 */
import { addressKey } from '../shared/address.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { Secret } from '../shared/secret.ts';
import { readAnswer } from './outcome.ts';
import type { Unprocessed } from './partial.ts';
import { post } from './post.ts';
import type { Answer } from './post.ts';

/** The Subscribe API of one account. */
export interface ApiSettings {
  /** Such as "https://eu1.api.clevertap.com"; the region is part of it. */
  readonly apiUrl: string;
  readonly accountId: Secret;
  readonly passcode: Secret;
  /** As of a callback's request, milliseconds. */
  readonly timeoutMs: number;
  readonly ca?: string;
}

/** Where requests go, below the server API's URL. */
export function subscribeUrl(apiUrl: string): string {
  return `${apiUrl.replace(/\/+$/, '')}/1/subscribe`;
}

/** `{"d":[{"type":"email","value":address,"status":"Resubscribe"}]}` */
export function resubscribeBody(addresses: readonly string[]): string {
  return JSON.stringify({ d: addresses.map(value => ({ type: 'email', value, status: 'Resubscribe' })) });
}

/**
 * Sends one request for these addresses, LIMITS.batchEvents at most; gives those it names as refused, each with the
 * reason. Resubscribing somebody twice changes nothing, so whatever was not clearly taken may be sent again.
 * Rejects with a Fault when none can be taken for resubscribed: exit 77 where account id or passcode are refused,
 * 69 where nobody answers or asks for a pause, 78 where there is no such API, 65 where the request as such is refused.
 */
export async function resubscribe(
  api: ApiSettings,
  userAgent: string,
  addresses: readonly string[],
): Promise<readonly Unprocessed[]> {
  const { apiUrl, accountId, passcode } = api;
  const headers = { 'x-clevertap-account-id': accountId.reveal(), 'x-clevertap-passcode': passcode.reveal() };
  const answer = await post(
    { ...api, url: new Secret(subscribeUrl(apiUrl)) },
    userAgent,
    resubscribeBody(addresses),
    headers,
  );
  const outcome = readAnswer(answer, 0);
  const because = hideSecrets(api)(outcome.because);
  if (outcome.kind !== 'taken') throw refused(answer, because, outcome.kind);
  const keys = new Set(addresses.map(addressKey));
  // It names somebody who was not asked for: what it says of the others cannot be trusted either.
  if (outcome.unprocessed.some(({ address }) => !keys.has(addressKey(address)))) throw unclear(because);
  return outcome.unprocessed;
}

function hideSecrets({ accountId, passcode }: ApiSettings): (text: string) => string {
  return text => [passcode, accountId].reduce((rest, one) => rest.replaceAll(one.reveal(), '[secret]'), text);
}

function refused(answer: Answer, because: string, kind: 'retry' | 'bisect' | 'halve'): Fault {
  const status = answer.kind === 'answered' ? answer.status : 0;
  if (status === 401 || status === 403) {
    return new Fault(`CleverTap refuses account id or passcode: ${because}`, {
      code: 'API_REFUSED',
      retry: 'never',
      exit: EXIT.loginRefused,
      hint: 'compare them with CleverTap under Settings > Project; the region is part of api_url',
    });
  }
  if (kind !== 'retry') {
    return new Fault(`CleverTap refuses the request: ${because}`, {
      code: 'API_REQUEST_REFUSED',
      retry: 'never',
      exit: EXIT.dataError,
      hint: 'name fewer addresses at a time, to find the one that it refuses',
    });
  }
  if (status === 404 || status === 410 || (status >= 300 && status < 400)) {
    return new Fault(`there is no Subscribe API at api_url: ${because}`, {
      code: 'API_MISSING',
      retry: 'never',
      exit: EXIT.config,
      hint: 'set api_url of the [[callback]] to that of your region, such as "https://eu1.api.clevertap.com"',
    });
  }
  return unclear(because);
}

function unclear(because: string): Fault {
  return new Fault(`CleverTap did not take it, or not all of it: ${because}`, {
    code: 'API_UNAVAILABLE',
    retry: 'later',
    exit: EXIT.unavailable,
    hint: 'run the same command again in some minutes: whom it has taken is left out, and nothing is lost by a repetition',
  });
}
