/**
 * Runs a command inside the test. Takes the command, gives its exit code and what it printed.
 */
import { jest } from '@jest/globals';
import type { Command } from '../../../src/cli/commands.ts';

export interface Captured {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export async function captured(command: Command): Promise<Captured> {
  let out = '';
  let err = '';
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(text => ((out += String(text)), true)),
    jest.spyOn(process.stderr, 'write').mockImplementation(text => ((err += String(text)), true)),
  ];
  try {
    return { exit: await command(), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
