/**
 * A read-only IMAP server on loopback for tests and the demo: what imapflow needs, Gmail's extensions on request, and
 * faults on demand. Anything but reading is refused and written down as a violation.
 */
import { createHash } from 'node:crypto';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ImapSession } from './imap-session.ts';
import type { StoredMail } from './imap-fetch.ts';
import { parseMime } from './mime-tree.ts';
import type { Pace } from './paced.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts';
import type { Refusal } from './turns.ts';

const HOST = '127.0.0.1';

export interface MailSettings {
  /** Served as it stands; a real server's lines end in CRLF. */
  readonly source: Buffer;
  readonly internalDate?: Date;
  readonly flags?: readonly string[];
  readonly labels?: readonly string[];
  readonly gmailId?: string;
}

export interface FolderSettings {
  /** As on the wire: modified UTF-7 (RFC 3501 5.1.3). */
  readonly path: string;
  readonly specialUse?: string;
  readonly uidValidity?: number;
  readonly mails: readonly MailSettings[];
}

/** Faults; each may be changed while the server runs. */
export interface Script {
  /** The first line instead of "* OK ...", such as "* BYE Account exceeded command or bandwidth limits.". */
  greeting?: string | undefined;
  /** End each connection after its first line. */
  closeAfterGreeting?: boolean | undefined;
  /** The tagged answer to a login instead of OK, such as "NO [ALERT] Too many simultaneous connections. (Failure)". */
  loginAnswer?: string | undefined;
  /** How many logins it refuses before it lets one in; for ever when undefined. */
  loginRefusals?: number | undefined;
  /** The tagged answer to EXAMINE instead of OK, by path. */
  examineAnswers?: Readonly<Record<string, string>> | undefined;
  /** Never announce new mail. */
  silent?: boolean | undefined;
  /** What it says that it can do beyond what it can, such as "COMPRESS=DEFLATE". */
  offers?: string | undefined;
  /** The tagged answer to a command (upper case) instead of its result, such as { FETCH: 'NO not now' }. */
  refusals?: Readonly<Record<string, string>> | undefined;
  /** SEARCH finds nothing, whatever is there. */
  blindSearch?: boolean | undefined;
  /** UIDs that SEARCH lists and FETCH leaves out. */
  unfetchable?: readonly number[] | undefined;
  /** The tagged answer to any FETCH of content that touches this UID; undefined ends the connection instead. */
  poison?: { readonly uid: number; readonly folder: string; readonly answer: string | undefined } | undefined;
  /** How it takes a FETCH that comes before the one before is answered; undefined: as it should. */
  tooEarly?: Refusal | undefined;
  /** Lines that stand before each message's answer to a FETCH: what others do meanwhile, such as "* 1 EXPUNGE". */
  between?: ((seq: number, uid: number) => string) | undefined;
  /** What becomes of each message's answer to a FETCH on its way out. */
  distort?: ((answer: Buffer, uid: number) => Buffer) | undefined;
  /** Commands (upper case) that are never answered. */
  stall?: readonly string[] | undefined;
  /** While a folder is open, so many bytes at a time: literals come slowly, or stop in their middle. */
  pace?: Pace | undefined;
}

export interface ImapUser {
  readonly user: string;
  readonly password: string;
  /** Access tokens it takes; may change while the server runs. */
  readonly tokens?: readonly string[];
}

export interface ImapServerSettings {
  readonly users: readonly ImapUser[];
  /** How access tokens may be shown; without, the server takes passwords alone. */
  readonly tokenMechanisms?: readonly ('XOAUTH2' | 'OAUTHBEARER')[];
  readonly folders: readonly FolderSettings[];
  readonly gmail?: boolean;
  readonly tls?: boolean;
  /** With the test key; without, the test certificate. */
  readonly certificate?: string;
  readonly script?: Script;
  /** Commands that could change something are part of the test, and no fault of it. */
  readonly expectViolations?: boolean;
  /** Connections at the same time; more are refused. 100 where nothing is said. */
  readonly mostConnections?: number;
}

export interface StoredFolder {
  readonly path: string;
  readonly specialUse: string | undefined;
  uidValidity: number;
  uidNext: number;
  readonly mails: StoredMail[];
}

export interface ImapServer {
  readonly host: string;
  readonly port: number;
  readonly script: Script;
  /** Every command, passwords masked. */
  readonly commands: readonly string[];
  /** Commands that could have changed something. */
  readonly violations: readonly string[];
  /** Puts a mail into a folder and tells whoever idles there; gives its UID. */
  append(path: string, mail: MailSettings): number;
  /** Gives a mail its UID but shows it to nobody before the function is called. */
  appendHidden(path: string, mail: MailSettings): () => void;
  /** As when somebody moves or deletes it. */
  remove(path: string, uid: number): void;
  setUidValidity(path: string, value: number): void;
  /** How many are open, also before their greeting. */
  connections(): number;
  /** Ends all connections: with a BYE, by a plain end, or by a reset. */
  dropConnections(how: 'bye' | 'fin' | 'rst', text?: string): void;
  /** All folders' UIDs, flags, labels and contents as one text. */
  snapshot(): string;
  /** Rejects when somebody has sent anything but the reading commands: no test may pass that way. */
  stop(): Promise<void>;
}

/** What the sessions share. */
export interface ImapWorld {
  readonly users: ImapServerSettings['users'];
  readonly tokenMechanisms: readonly string[];
  readonly folders: Map<string, StoredFolder>;
  readonly gmail: boolean;
  readonly script: Script;
  readonly commands: string[];
  readonly violations: string[];
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startImapServer(settings: ImapServerSettings): Promise<ImapServer> {
  const world = worldOf(settings);
  const { script } = world;
  const sessions = new Set<ImapSession>();
  const sockets = new Set<Socket>();
  const greet = (socket: Socket): void => {
    const session = new ImapSession(socket, world);
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
  };
  const tls = { cert: settings.certificate ?? TEST_CERTIFICATE, key: TEST_KEY };
  const server = settings.tls === true ? createTlsServer(tls, greet) : createPlainServer(greet);
  server.maxConnections = settings.mostConnections ?? 100;
  // Below TLS too, so that a connection can be reset, and ends even when it never got to its greeting.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, HOST, resolve));
  return {
    host: HOST,
    port: (server.address() as AddressInfo).port,
    script,
    commands: world.commands,
    violations: world.violations,
    append(path, mail) {
      const uid = store(folderOf(world, path), mail);
      if (script.silent !== true) for (const session of sessions) session.announce(path);
      return uid;
    },
    appendHidden(path, mail) {
      const folder = folderOf(world, path);
      store(folder, mail);
      const [hidden] = folder.mails.splice(-1);
      return () => {
        if (hidden !== undefined) folder.mails.push(hidden);
        folder.mails.sort((one, other) => one.uid - other.uid);
        for (const session of sessions) session.announce(path);
      };
    },
    remove(path, uid) {
      const { mails } = folderOf(world, path);
      const index = mails.findIndex(mail => mail.uid === uid);
      if (index === -1) throw new Error(`no mail ${uid} in ${path}`);
      mails.splice(index, 1);
      for (const session of sessions) session.removed(path, index + 1);
    },
    setUidValidity(path, value) {
      folderOf(world, path).uidValidity = value;
    },
    connections: () => sockets.size,
    dropConnections(how, text = 'Session expired, please login again.') {
      if (how === 'rst') for (const socket of sockets) socket.resetAndDestroy();
      else for (const session of sessions) session.end(how === 'bye' ? `* BYE ${text}` : undefined);
    },
    snapshot: () => [...world.folders.values()].map(describe).join('\n'),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
      if (settings.expectViolations === true || world.violations.length === 0) return;
      throw new Error(`sent to a mailbox that is only read: ${world.violations.join('; ')}`);
    },
  };
}

function worldOf(settings: ImapServerSettings): ImapWorld {
  const { users, tokenMechanisms = [], gmail = false, script = {}, folders } = settings;
  const world: ImapWorld = { users, tokenMechanisms, folders: new Map(), gmail, script, commands: [], violations: [] };
  for (const { path, specialUse, uidValidity = 11, mails } of folders) {
    const folder: StoredFolder = { path, specialUse, uidValidity, uidNext: 1, mails: [] };
    world.folders.set(path, folder);
    for (const mail of mails) store(folder, mail);
  }
  return world;
}

function folderOf(world: ImapWorld, path: string): StoredFolder {
  const folder = world.folders.get(path);
  if (folder === undefined) throw new Error(`the test server has no folder ${path}`);
  return folder;
}

function store(folder: StoredFolder, mail: MailSettings): number {
  const { source, internalDate = new Date(), flags = [], labels = [], gmailId } = mail;
  const uid = folder.uidNext;
  folder.uidNext += 1;
  const id = gmailId ?? BigInt(`0x${createHash('sha256').update(source).digest('hex').slice(0, 15)}`).toString();
  folder.mails.push({ uid, source, tree: parseMime(source), internalDate, flags, labels, gmailId: id });
  return uid;
}

function describe({ path, uidValidity, mails }: StoredFolder): string {
  const lines = mails.map(({ uid, flags, labels, source }) => {
    const hash = createHash('sha256').update(source).digest('hex');
    return `  ${uid} (${flags.join(' ')}) (${labels.join(' ')}) ${hash}`;
  });
  return [`${path} ${uidValidity}`, ...lines].join('\n');
}
