/**
 * `bounced send-test`: one plain mail from a mailbox's account by SMTP, as CleverTap's set-up asks for. Takes an
 * address, prints the server's answer. Sends exactly one mail.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { sendMail } from '../runtime/smtp.ts';
import { cleanAddress } from '../shared/address.ts';
import { EXIT } from '../shared/fault.ts';
import { plainTestMail } from '../test-mail.ts';
import type { Command } from './commands.ts';
import { chosenMailbox, configPath, durationOption, readOptions, refuseOperands, usage } from './options.ts';
import { printText, tell } from './print.ts';

const LONGEST_WAIT_MS = 600_000;

/** @throws Fault exit 64 */
export function sendTestCommand(args: string[]): Command {
  const kinds = { config: 'string', mailbox: 'string', wait: 'string' } as const;
  const { values, operands } = readOptions('send-test', args, kinds);
  const path = configPath('send-test', values.config);
  const [written, ...rest] = operands;
  if (written === undefined) throw usage('send-test', 'the ADDRESS to send to is missing');
  refuseOperands('send-test', rest);
  const to = cleanAddress(written);
  if (to === undefined || to !== written) throw usage('send-test', `"${written}" is no plain mail address`);
  const waitMs = durationOption('send-test', 'wait', values.wait, '1m', LONGEST_WAIT_MS);
  return async () => {
    const { config, warnings } = await loadConfig(path, readEnv());
    for (const warning of warnings) tell(`warning: ${visible(warning)}`);
    const mailbox = chosenMailbox('send-test', config.mailboxes, values.mailbox);
    const { messageId, source } = plainTestMail(mailbox.user, to, systemClock.nowMs(), randomUUID());
    const answer = await sendMail(mailbox, { to, source }, AbortSignal.timeout(waitMs));
    await printText(visible(`sent to ${to} as <${messageId}>: ${answer}`));
    return EXIT.ok;
  };
}
