/**
 * CleverTap's callback body, version 1. Takes events, gives the documented JSON; pure.
 * Source: CleverTap's page "Gmail/Google Apps" (email provider set-up).
 */

export interface Reported {
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
  readonly tsSeconds: number;
}

const GROUPS = [
  ['soft', 'softbounce'],
  ['hard', 'hardbounce'],
] as const;

/** `[{"event":"softbounce","data":[{"e":address,"ts":epochSeconds}]}, ...]`; a group without events is left out. */
export function clevertapBody(events: readonly Reported[]): string {
  const groups = GROUPS.map(([verdict, event]) => ({
    event,
    data: events.filter(one => one.verdict === verdict).map(one => ({ e: one.address, ts: one.tsSeconds })),
  }));
  return JSON.stringify(groups.filter(group => group.data.length > 0));
}
