/**
 * All that a first evening talks to, on loopback: a mailbox as Gmail shows it, the account's SMTP, a callback over
 * TLS, and a folder with a configuration for them. Takes what is to be wrong, gives the parts; leaves nothing.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConfig } from './daemon.ts';
import { startImapServer } from './imap-server.ts';
import type { FolderSettings, ImapServer, Script } from './imap-server.ts';
import { startReceiver } from './receiver.ts';
import type { Receiver } from './receiver.ts';
import { startSmtpServer } from './smtp-server.ts';
import type { SmtpServer } from './smtp-server.ts';
import { TEST_CA } from './tls.ts';

export const ACCOUNT = { user: 'news@shop.example', password: 'abcd-efgh-ijkl-mnop' };

export const ALL_MAIL: FolderSettings = { path: '[Gmail]/All Mail', specialUse: '\\All', mails: [] };
export const SENT: FolderSettings = { path: '[Gmail]/Sent Mail', specialUse: '\\Sent', mails: [] };
export const SPAM: FolderSettings = { path: '[Gmail]/Spam', specialUse: '\\Junk', mails: [] };
export const INBOX: FolderSettings = { path: 'INBOX', mails: [] };

/** What is other than on an evening on which all goes well. */
export interface Wrong {
  readonly folders?: readonly FolderSettings[];
  readonly script?: Script;
  readonly password?: string;
  /** The server takes these access tokens, too. */
  readonly tokens?: readonly string[];
  /** Certificates that the mailbox and the callback show, each its own authority. */
  readonly imapCertificate?: string;
  readonly callbackCertificate?: string;
  /** What SMTP answers, by command. */
  readonly smtp?: Readonly<Record<string, string>>;
  readonly imapTls?: boolean;
  /** How far the callback's clock is ahead of ours, milliseconds. */
  readonly callbackAheadMs?: number;
  readonly callbackUrl?: (url: string) => string;
  /** The configuration as it will be written. */
  readonly edit?: (text: string) => string;
}

export interface Evening {
  readonly imap: ImapServer;
  readonly smtp: SmtpServer;
  readonly receiver: Receiver;
  readonly folder: string;
  readonly stateDir: string;
  readonly config: string;
  stop(): Promise<void>;
}

/** Starts the servers and writes the configuration with its secrets. */
export async function startEvening(wrong: Wrong = {}): Promise<Evening> {
  const { folders = [INBOX, ALL_MAIL, SENT, SPAM], script = {}, imapCertificate, callbackCertificate } = wrong;
  const imap = await startImapServer({
    users: [{ ...ACCOUNT, tokens: wrong.tokens ?? [] }],
    tokenMechanisms: wrong.tokens === undefined ? [] : ['XOAUTH2'],
    gmail: true,
    tls: wrong.imapTls ?? true,
    folders,
    script,
    ...(imapCertificate === undefined ? {} : { certificate: imapCertificate }),
  });
  const smtp = await startSmtpServer(ACCOUNT);
  Object.assign(smtp.answers, wrong.smtp);
  const receiver = await startReceiver({
    tls: true,
    ...(callbackCertificate === undefined ? {} : { certificate: callbackCertificate }),
  });
  const { callbackAheadMs: aheadMs } = wrong;
  if (aheadMs !== undefined)
    receiver.answer = () => ({ headers: { date: new Date(Date.now() + aheadMs).toUTCString() } });
  const folder = await mkdtemp(join(tmpdir(), 'bounced-evening-'));
  const stateDir = join(folder, 'state');
  await mkdir(stateDir, { mode: 0o700 });
  const url = receiver.url.replace('127.0.0.1', 'localhost');
  const config = await writeConfig({
    ...{ folder, imap: { port: imap.port, ca: imapCertificate ?? TEST_CA }, batchWaitMs: 0 },
    ...{ ...ACCOUNT, password: wrong.password ?? ACCOUNT.password },
    receiver: { url: wrong.callbackUrl?.(url) ?? url },
    more: {
      mailbox: `smtp_host = "localhost"\nsmtp_port = ${smtp.port}`,
      callback: 'ca_file = "callback-ca.pem"',
    },
  });
  await writeFile(join(folder, 'callback-ca.pem'), callbackCertificate ?? TEST_CA);
  if (wrong.edit !== undefined) await writeFile(config, wrong.edit(await readFile(config, 'utf8')));
  return {
    ...{ imap, smtp, receiver, folder, stateDir, config },
    async stop() {
      await Promise.all([imap.stop(), smtp.stop(), receiver.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
