/**
 * The reading thread's own program: the pure stations behind a port. Started by reading-thread.ts, ended by it at any
 * moment; keeps nothing between two mails.
 */
import { parentPort } from 'node:worker_threads';
import { readBounce } from './index.ts';
import { readMails } from './read-mail.ts';
import { serveJobs } from './reading-jobs.ts';
import type { Readers } from './reading-jobs.ts';
import { shortened } from './verdict/words.ts';

/** Of a verdict's objects most would be made anew on the other side only to be written down there. */
const readShortly: Readers['readMails'] = async (raws, policy, nowSeconds, receiver) =>
  (await readMails(raws, policy, nowSeconds, receiver)).map(mail => ({
    ...mail,
    verdicts: mail.verdicts.map(shortened),
  }));

if (parentPort !== null) serveJobs(parentPort, { readMails: readShortly, readBounce });
