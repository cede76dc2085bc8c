/**
 * Named faults of logging in: each refusal that Gmail gives, those that pass and those that want a person, and access
 * tokens that are withdrawn.
 */
import { atWork, come } from './fault.ts';
import type { NamedFault } from './fault.ts';
import { scripted, scriptedIn } from './scripted.ts';
import { startTokenServer, withdrawTokens } from './token-server.ts';

/** Gmail's refusals of a login that may pass. */
const PASSING: Readonly<Record<string, string>> = {
  'too many connections': 'NO [ALERT] Too many simultaneous connections. (Failure)',
  'a temporary problem': 'NO [UNAVAILABLE] Temporary System Problem (Failure)',
  'the bandwidth limit': 'NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)',
  'the bandwidth limit as an alert': 'NO [ALERT] Account exceeded command or bandwidth limits. (Failure)',
};
/** Those that end the daemon until a person has acted. */
const LASTING: Readonly<Record<string, string>> = {
  'a revoked password': 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)',
  'an app password needed': 'NO [ALERT] Application-specific password required: https://support.example (Failure)',
  'a sign-in by web': 'NO [ALERT] Please log in via your web browser: https://support.example (Failure)',
  'a browser sign-in': 'NO [WEBALERT https://accounts.example/signin] Web login required.',
  'IMAP switched off': 'NO [ALERT] Your account is not enabled for IMAP use. (Failure)',
  'IMAP disabled for the domain': 'NO [ALERT] IMAP access is disabled for your domain. (Failure)',
};

function loginRefused(cause: string, answer: string, quick: boolean): NamedFault {
  return scripted(
    `login refused for ${cause}`,
    async world => {
      await atWork(world);
      const imap = scriptedIn(world);
      const { script } = imap;
      script.loginAnswer = answer;
      script.loginRefusals = 2;
      imap.dropConnections('fin');
      await world.deliver(6);
      await come(world, 'two refusals', () => script.loginRefusals === 0);
    },
    quick,
  );
}

function loginRefusedForGood(cause: string, answer: string, quick: boolean): NamedFault {
  return scripted(
    `login refused for ${cause}`,
    async world => {
      await atWork(world);
      const imap = scriptedIn(world);
      const { script } = imap;
      script.loginAnswer = answer;
      imap.dropConnections('bye');
      await world.deliver(6);
      await world.endsWith(77);
      script.loginAnswer = undefined;
    },
    quick,
  );
}

const byeAtGreeting = scripted('"BYE Account exceeded ..." as greeting', async world => {
  const imap = scriptedIn(world);
  imap.script.greeting = '* BYE Account exceeded command or bandwidth limits.';
  imap.script.closeAfterGreeting = true;
  imap.dropConnections('rst');
  await world.deliver(6);
  await world.says(/bandwidth limits/);
  imap.script.greeting = undefined;
  imap.script.closeAfterGreeting = undefined;
});

const tokensWithdrawn: NamedFault = {
  name: 'mailbox: access tokens withdrawn while in use, five times',
  quick: true,
  settings: { server: startTokenServer },
  async run(world) {
    await atWork(world);
    for (let round = 0; round < 5; round += 1) {
      const from = world.daemon().lines.length;
      await world.deliver(3);
      withdrawTokens(world);
      await world.says(/^connected$/, from);
    }
  },
};

export const LOGIN_FAULTS: readonly NamedFault[] = [
  ...Object.entries(PASSING).map(([cause, answer], index) => loginRefused(cause, answer, index === 0)),
  ...Object.entries(LASTING).map(([cause, answer], index) => loginRefusedForGood(cause, answer, index === 0)),
  byeAtGreeting,
  tokensWithdrawn,
];
