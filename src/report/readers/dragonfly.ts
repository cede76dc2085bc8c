/**
 * The DragonFly Mail Agent (dma): "There was an error delivering your mail to <address>." and the reply below.
 * Source: dma's bounce(), mail.c in https://github.com/corecode/dma
 */
import { cleanAddress } from '../../shared/address.ts';
import { ownWords } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const LINE = /^there was an error delivering your mail to <([^<>\s]{3,320})>\.?[ \t]*$/im;

export const dragonfly: Reader = {
  name: 'dragonfly',
  read(message) {
    const text = ownWords(message);
    const match = /dragonfly mail agent/i.test(text.slice(0, 1000)) ? LINE.exec(text) : null;
    const address = cleanAddress(match?.[1] ?? '');
    if (match === null || address === undefined) return undefined;
    const words = (text.slice(match.index + match[0].length).split(/^message headers follow/im)[0] ?? '').trim();
    return textReport(message, 'dragonfly', [{ address, line: match[0], words }], text);
  },
};
