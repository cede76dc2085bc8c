/**
 * The expectation beside a captured mail, in the shape of the fixtures. Takes what was read in it, gives the object
 * that is written as JSON. Says what is read today, right or wrong.
 */
import { cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues } from '../shared/header-fields.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { Seen } from './compare.ts';

export interface Expectation {
  readonly isBounce: boolean;
  readonly kind: string;
  readonly reader?: string;
  readonly recipients: readonly ExpectedVerdict[];
  readonly original: {
    readonly messageId: string;
    readonly recipients: readonly string[];
    readonly meta?: string;
  } | null;
}

export interface ExpectedVerdict {
  readonly address: string;
  readonly verdict: Verdict['verdict'];
  readonly reason: Verdict['reason'];
  readonly status: string | null;
  readonly replyCode: number | null;
  /** Epoch seconds. */
  readonly ts: number;
}

/** @param seen the captured mail, not the original */
export function expectationOf({ reading, message }: Seen): Expectation {
  const { isBounce, kind, reader, verdicts, originalMessageIds } = reading;
  const [messageId] = originalMessageIds;
  const returned = message.returned?.headers ?? [];
  const named = headerValues(returned, 'to').flatMap(value => value.split(',').flatMap(one => cleanAddress(one) ?? []));
  const meta = headerValue(returned, 'x-clevertap_meta');
  return {
    isBounce,
    kind,
    ...(reader === undefined ? {} : { reader }),
    recipients: verdicts.map(({ recipient, verdict, reason, status, replyCode, bouncedAtSeconds }) => ({
      address: recipient,
      verdict,
      reason,
      status: status ?? null,
      replyCode: replyCode ?? null,
      ts: bouncedAtSeconds,
    })),
    original:
      messageId === undefined
        ? null
        : {
            messageId,
            recipients: named.length > 0 ? named : verdicts.map(({ recipient }) => recipient),
            ...(meta === undefined ? {} : { meta }),
          },
  };
}
