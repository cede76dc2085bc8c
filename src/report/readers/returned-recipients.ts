/**
 * To whom the returned mail had been sent, by its own header: in a part of its own, or quoted in the text. Takes a
 * Message, gives addresses; what the header says is the sender's word, so it only completes what the report leaves out.
 */
import type { Message } from '../../message/message.ts';
import { addressKey, cleanAddress } from '../../shared/address.ts';
import { headerValues } from '../../shared/header-fields.ts';
import { LIMITS } from '../../shared/limits.ts';
import { matchesOf } from '../../shared/matches.ts';

/** A quoted To field with its folded lines. */
const QUOTED_TO = /^[> \t]{0,4}to:[ \t]*([^\n]{3,500}(?:\n[ \t]+[^\n]{1,500}){0,20})/gim;
const ADDRESSES = 50;

/** Of To and Cc, each once, in their order. */
export function returnedRecipients(message: Message, ownWords: string): string[] {
  const headers = message.returned?.headers;
  const fields = headers === undefined ? [] : [...headerValues(headers, 'to'), ...headerValues(headers, 'cc')];
  const quoted = (): string[] =>
    matchesOf(message.text.slice(ownWords.length, LIMITS.textChars), QUOTED_TO, 2).map(match => match[1] ?? '');
  const lists = fields.length > 0 ? fields : quoted();
  const known = new Map<string, string>();
  for (const one of lists.flatMap(list => list.split(',')).slice(0, ADDRESSES)) {
    const address = cleanAddress(one);
    if (address !== undefined && !known.has(addressKey(address))) known.set(addressKey(address), address);
  }
  return [...known.values()];
}
