/**
 * The reading thread's own program: the pure stations behind a port. Started by reading-thread.ts, ended by it at any
 * moment; keeps nothing between two mails.
 */
import { parentPort } from 'node:worker_threads';
import { readBounce } from './index.ts';
import { readMails } from './read-mail.ts';
import { serveJobs } from './reading-jobs.ts';

if (parentPort !== null) serveJobs(parentPort, { readMails, readBounce });
