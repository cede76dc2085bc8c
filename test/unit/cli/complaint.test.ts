import { describe, expect, test } from '@jest/globals';
import { complain } from '../../../src/cli/complaint.ts';
import { asFault, Fault } from '../../../src/shared/fault.ts';

describe('a failure that was foreseen', () => {
  test('is one line a mistake, then the cure, with its own exit code', () => {
    const hint = 'mend them';
    const fault = new Fault('a.toml: one\na.toml: two', { code: 'CONFIG_INVALID', retry: 'never', exit: 78, hint });
    expect(complain(fault, false)).toEqual({
      lines: ['bounced: a.toml: one', 'bounced: a.toml: two', '  cure: mend them'],
      exit: 78,
    });
  });

  test('shows what a server said without letting it steer the terminal', () => {
    const fault = new Fault('login refused: \u001b[2J\u202eno', { code: 'X', retry: 'never' });
    expect(complain(fault, true).lines).toEqual(['bounced: login refused: \\u001b[2J\\u202eno']);
  });
});

describe('a failure that was not', () => {
  const bug = new TypeError('x is not a function');

  test.each([['thrown as it is', bug] as const, ['passed on by the daemon', asFault(bug)] as const])(
    '%s: exit 70, the stack only when asked for',
    (_title, error) => {
      const plain = complain(error, false);
      expect(plain.exit).toBe(70);
      expect(plain.lines[0]).toBe('bounced: a bug of ours: x is not a function');
      expect(plain.lines).toHaveLength(2);
      expect(plain.lines[1]).toMatch(/^ {2}cure: please report .*BOUNCED_LOG_LEVEL=debug/);
      const detailed = complain(error, true);
      expect(detailed.lines[1]).toMatch(/^ {2}at .*complaint\.test\.ts/);
      expect(detailed.lines.at(-1)).toBe('  cure: please report it with these lines');
    },
  );

  test('what is no Error at all is shown as text', () => {
    expect(complain('out of paper', true).lines[0]).toBe('bounced: a bug of ours: out of paper');
  });
});
