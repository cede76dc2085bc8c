/**
 * `bounced outbox recover`: saves what can be read of a damaged outbox, sets the damaged file aside, and says what was
 * lost and what may be posted twice. Posts nothing itself.
 */
import { recoverOutbox } from '../open-outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadStateDir, readEnv } from '../runtime/config.ts';
import { EXIT } from '../shared/fault.ts';
import type { Command } from './commands.ts';
import { configPath, readOptions, refuseOperands } from './options.ts';
import { columns } from './table.ts';
import { printText, terminalRoom } from './print.ts';

/** What a table holds, and what it means that some of it is lost. */
const MEANING: Readonly<Record<string, readonly [holds: string, lost: string]>> = {
  cursors: ['places in the mailboxes', 'mail is read again from the last "backfill" days on'],
  messages: ['what became of each mail', 'the reasons of some mails are not known any more'],
  message_names: ['identities of mails', 'a mail that is read again may be posted again'],
  verdicts: ['verdicts with their evidence', 'the evidence of some verdicts is not known any more'],
  events: ['events', 'bounces among them that were not posted yet are not posted'],
  breakers: ['breakers', 'a breaker that was open may be closed'],
  acts: ['what operators did', 'some of it is not known any more'],
  remembered: ['identities of older mails', 'an old mail that is read again may be posted again'],
  mentions: ['which mail speaks of whom', '"bounced explain" does not find some mails'],
  posts: ['requests and their answers', 'some of them are not known any more'],
  noted: ['answers noted last', 'events of the last request may be posted again'],
  canaries: ['when canaries were sent', 'one may be sent too early'],
};

/** @throws Fault exit 64 */
export function recoverCommand(args: string[]): Command {
  const kinds = { config: 'string', 'accept-doubles': 'boolean' } as const;
  const { values, operands } = readOptions('outbox recover', args, kinds);
  const config = configPath('outbox recover', values.config);
  refuseOperands('outbox recover', operands);
  return async () => {
    const stateDir = await loadStateDir(config, readEnv());
    const recovery = await recoverOutbox(stateDir, systemClock.nowMs(), values['accept-doubles'] === true);
    if (recovery.kind === 'healthy') {
      await printText('the outbox is in order; nothing was done');
      return EXIT.ok;
    }
    const rows = recovery.tables.map(({ table, rows: count, whole }) => {
      const [holds, lost] = MEANING[table] ?? [table, 'some of it is lost'];
      return [holds, String(count), whole ? 'all' : `not all: ${lost}`];
    });
    const saved =
      rows.length === 0 ? ['nothing could be saved'] : [columns([['saved', 'rows', ''], ...rows], terminalRoom())];
    const aside = recovery.setAside === undefined ? [] : [`the damaged file is kept as ${recovery.setAside}`];
    const next = 'the new outbox is in place: start the daemon, and look at its log and at "bounced outbox list"';
    await printText([...saved, ...aside, next].join('\n'));
    return EXIT.ok;
  };
}
