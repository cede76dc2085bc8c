/**
 * A report from blocks of text: what all dialects without a machine-readable part have in common at their end.
 * Takes the message and the blocks, gives a BounceReport or nothing.
 */
import type { Message } from '../../message/message.ts';
import { addressKey, cleanAddress } from '../../shared/address.ts';
import { evidence, plausible, toRecipient } from '../recipient.ts';
import type { Action, BounceReport, ReportedRecipient } from '../report.ts';
import type { Block } from './blocks.ts';
import { actionOfText } from './action-of-text.ts';
import { toReport } from './to-report.ts';

/** As Exim and Sendmail name the address that an alias stood for. */
const EXPANDED_FROM = /\((?:ultimately )?(?:generated|expanded) from:? <?([^()<>\s]{3,320})>?\)/i;

/**
 * @param text the reporter's own words
 * @returns undefined where no block names anybody but the reporter or ourselves
 */
export function textReport(
  message: Message,
  reader: string,
  blocks: readonly Block[],
  text: string,
): BounceReport | undefined {
  const action = actionOfText(`${message.subject}\n${text}`);
  const together = byAddress(blocks);
  // With several recipients, prose about one would be taken for the other's: only what stands before all of them.
  const prose = together.length === 1 ? text : beforeAddresses(text, together);
  const recipients = together.map(block => toReported(block, reader, block.action ?? action, prose));
  const kept = plausible(message, recipients, 'prose');
  return kept.length === 0 ? undefined : toReport(message, new Map(), kept, reader);
}

function toReported(block: Block, reader: string, action: Action, prose: string): ReportedRecipient {
  return toRecipient({
    finalRecipient: block.address,
    originalRecipient: cleanAddress(EXPANDED_FROM.exec(`${block.line} ${block.words}`)?.[1] ?? ''),
    action,
    diagnostic: block.words === '' ? undefined : block.words,
    prose: prose.slice(0, 4000),
    evidence: [evidence('text', `${block.line} ${block.words}`, `${reader}: address and the words behind it`)],
  });
}

/** Blocks of the same address as one: first in a list, then with the server's words, as Sendmail and others write. */
function byAddress(blocks: readonly Block[]): Block[] {
  const known = new Map<string, Block>();
  for (const block of blocks) {
    const key = addressKey(block.address);
    const present = known.get(key);
    if (present === undefined) known.set(key, block);
    else known.set(key, { ...present, words: `${present.words} ${block.words}`.trim().slice(0, 4000) });
  }
  return [...known.values()];
}

function beforeAddresses(text: string, blocks: readonly Block[]): string {
  const at = Math.min(...blocks.map(block => text.indexOf(block.address)));
  return at > 0 && Number.isFinite(at) ? text.slice(0, at) : '';
}
