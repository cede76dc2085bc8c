/**
 * Which loops still turn, and which of them do their work. Takes beats and the passing of time in steps, gives what is
 * wrong in words. Never looks at a clock: one that jumps must not make a healthy loop look dead.
 */
import type { Heart } from './shared/heart.ts';

/** A turn takes no longer: an IMAP command may take ten minutes before it is given up, a request to a callback too. */
const TURN_LIMIT_MS = 15 * 60_000;
/** Mails that are known to be there are read within this time, or something keeps us from it. */
const BEHIND_LIMIT_MS = 15 * 60_000;

export interface Pulse {
  /** The heart of the loop of this name, such as "mailbox campaigns"; watched from now on. */
  heart(name: string): Heart;
  /** So much time has passed; gives what is wrong, one clause a loop. */
  pass(ms: number): string[];
}

interface Life {
  silentMs: number;
  pauseMs: number;
  behindMs: number;
  behind: number;
}

export function openPulse(): Pulse {
  const lives = new Map<string, Life>();
  return {
    heart(name) {
      const life = lives.get(name) ?? { silentMs: 0, pauseMs: 0, behindMs: 0, behind: 0 };
      lives.set(name, life);
      return {
        beat(pauseMs = 0) {
          life.silentMs = 0;
          life.pauseMs = pauseMs;
        },
        behind(count) {
          if (count === 0 || count < life.behind) life.behindMs = 0;
          life.behind = count;
        },
      };
    },
    pass(ms) {
      for (const life of lives.values()) {
        life.silentMs += ms;
        if (life.behind > 0) life.behindMs += ms;
      }
      return [...lives].flatMap(([name, life]) => complaint(name, life));
    },
  };
}

function complaint(name: string, { silentMs, pauseMs, behindMs, behind }: Life): string[] {
  if (silentMs >= TURN_LIMIT_MS + pauseMs) return [`${name}: has not turned for ${minutes(silentMs)}`];
  if (behindMs < BEHIND_LIMIT_MS) return [];
  return [`${name}: mails are there (${behind}), and none of them was read for ${minutes(behindMs)}`];
}

function minutes(ms: number): string {
  return `${Math.floor(ms / 60_000)} minutes`;
}
