/**
 * A small SMTP server on loopback with TLS from the first byte: takes mails from who may log in, by password or by
 * access token, and refuses on demand in Google's words. Keeps every mail; delivers where a test tells it to.
 */
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts';

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly { readonly from: string; readonly to: string; readonly source: string }[];
  /** Answers instead of the usual one, by command: AUTH, RCPT, DATA. */
  readonly answers: Partial<Record<string, string>>;
  /** Called for each mail before it is answered; does nothing until it is set. */
  deliver: (mail: SmtpServer['mails'][number]) => void;
  stop(): Promise<void>;
}

export interface SmtpUser {
  readonly user: string;
  readonly password?: string;
  readonly token?: string;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startSmtpServer(known: SmtpUser): Promise<SmtpServer> {
  const mails: { from: string; to: string; source: string }[] = [];
  const answers: Partial<Record<string, string>> = {};
  const sockets = new Set<Socket>();
  const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket, known, answers, mail => {
      mails.push(mail);
      running.deliver(mail);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const running: SmtpServer = {
    port: (server.address() as AddressInfo).port,
    mails,
    answers,
    deliver: () => undefined,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return running;
}

type Mail = SmtpServer['mails'][number];

function talk(socket: Socket, known: SmtpUser, answers: SmtpServer['answers'], keep: (mail: Mail) => void): void {
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  let rest = '';
  let loggedIn = false;
  let from = '';
  let to = '';
  let source: string[] | undefined;
  const command = (line: string): void => {
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
    const scripted = answers[verb];
    if (scripted !== undefined) say(scripted);
    else if (verb === 'EHLO') say('250-localhost\r\n250 AUTH PLAIN XOAUTH2');
    else if (verb === 'AUTH') {
      loggedIn = isKnown(line, known);
      say(loggedIn ? '235 2.7.0 Accepted' : '535 5.7.8 Username and Password not accepted.');
    } else if (verb === 'QUIT') {
      say('221 2.0.0 bye');
      socket.end();
    } else if (!loggedIn) say('530 5.7.0 Authentication Required.');
    else if (verb === 'MAIL') say(`250 2.1.0 ${(from = addressIn(line))}`);
    else if (verb === 'RCPT') say(`250 2.1.5 ${(to = addressIn(line))}`);
    else if (verb === 'DATA') {
      source = [];
      say('354 go on');
    } else say('502 5.5.1 unknown');
  };
  const take = (line: string): void => {
    if (source === undefined) command(line);
    else if (line === '.') {
      keep({ from, to, source: source.map(one => one.replace(/^\./, '')).join('\r\n') });
      source = undefined;
      say('250 2.0.0 OK queued as 1');
    } else source.push(line);
  };
  say('220 localhost ESMTP');
  socket.setEncoding('latin1').on('data', (more: string) => {
    const lines = (rest + more).split('\r\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  });
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}

/** AUTH with an initial response (RFC 4954 4). */
function isKnown(line: string, { user, password, token }: SmtpUser): boolean {
  const [, mechanism = '', encoded = ''] = line.split(' ');
  const given = Buffer.from(encoded, 'base64').toString();
  if (mechanism === 'PLAIN') return password !== undefined && given === `\0${user}\0${password}`;
  return token !== undefined && given === `user=${user}\u0001auth=Bearer ${token}\u0001\u0001`;
}
