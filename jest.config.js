import { availableParallelism } from 'node:os';

// Two projects: `fast` needs nothing but Node and npm; `flow` needs dovecot-imapd and the built package.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};

export default {
  testTimeout: 20_000,
  // Jest leaves one core idle by itself; on a machine with two that doubles the time. One worker more than there are
  // cores, since some of them wait.
  maxWorkers: availableParallelism() + 1,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/flow/'],
    },
    { ...shared, displayName: 'flow', testMatch: ['<rootDir>/test/flow/**/*.test.ts'] },
  ],
};
