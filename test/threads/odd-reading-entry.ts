/**
 * A reading thread that meets what must never happen: by its subject a mail makes it hang, eat memory, throw, end or
 * print. Everything else is read as ever.
 */
import { parentPort } from 'node:worker_threads';
import { readBounce } from '../../src/index.ts';
import type { RawMessage } from '../../src/mailbox/mailbox.ts';
import { readMails } from '../../src/read-mail.ts';
import { serveJobs } from '../../src/reading-jobs.ts';
import { headerValue, parseHeaderFields } from '../../src/shared/header-fields.ts';

function misbehave({ header }: RawMessage): void {
  const what = headerValue(parseHeaderFields(header), 'subject')?.split(' ').at(-1);
  const eaten: string[][] = [];
  while (what === 'hang') eaten.length = 0;
  while (what === 'eat') eaten.push(Array.from({ length: 100_000 }, (_, at) => `${at} ${eaten.length}`));
  if (what === 'throw') throw new Error('a bug');
  if (what === 'end') process.exit(3);
  if (what === 'print') console.error('\u001b[31ma stranger writes to the terminal');
}

if (parentPort !== null) {
  serveJobs(parentPort, {
    readBounce,
    readMails: async (raws, policy, nowSeconds, receiver) => {
      raws.forEach(misbehave);
      return readMails(raws, policy, nowSeconds, receiver);
    },
  });
}
