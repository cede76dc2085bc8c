/**
 * Loops that stand still and mails that nobody reads are told; loops that turn, sleep knowingly or catch up are not.
 */
import { describe, expect, test } from '@jest/globals';
import { openPulse } from '../../src/pulse.ts';

const MINUTE = 60_000;

describe('the pulse', () => {
  test('of a loop that turns is well for ever; of one that has stopped it is not', () => {
    const pulse = openPulse();
    const [turns] = [pulse.heart('mailbox a'), pulse.heart('callback b')];
    let wrong: string[] = [];
    for (let minute = 0; minute < 16; minute += 1) {
      turns.beat();
      wrong = pulse.pass(MINUTE);
    }
    expect(wrong).toEqual(['callback b: has not turned for 16 minutes']);
  });

  test('of a loop that sleeps knowingly is well for as long as it said, and no longer', () => {
    const pulse = openPulse();
    pulse.heart('mailbox a').beat(60 * MINUTE);
    expect(pulse.pass(74 * MINUTE)).toEqual([]);
    expect(pulse.pass(MINUTE)).toHaveLength(1);
    pulse.heart('mailbox a').beat();
    expect(pulse.pass(MINUTE)).toEqual([]);
  });

  test('tells of mails that are there and that a loop, though it turns, does not read', () => {
    const pulse = openPulse();
    const heart = pulse.heart('mailbox a');
    let wrong: string[] = [];
    for (let minute = 0; minute < 20; minute += 1) {
      heart.beat();
      heart.behind(3);
      wrong = pulse.pass(MINUTE);
    }
    expect(wrong).toEqual(['mailbox a: mails are there (3), and none of them was read for 20 minutes']);
    heart.behind(2);
    expect(pulse.pass(MINUTE)).toEqual([]);
    heart.behind(0);
    heart.beat();
    expect(pulse.pass(14 * MINUTE)).toEqual([]);
  });

  test('does not mind a long backlog that grows shorter', () => {
    const pulse = openPulse();
    const heart = pulse.heart('mailbox a');
    for (let left = 50; left > 0; left -= 1) {
      heart.beat();
      heart.behind(left);
      expect(pulse.pass(10 * MINUTE)).toEqual([]);
    }
  });
});
