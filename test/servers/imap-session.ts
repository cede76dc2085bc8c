/**
 * One connection to the test IMAP server: reads commands with their literals, answers the reading ones.
 */
import type { Socket } from 'node:net';
import { fetchResponse } from './imap-fetch.ts';
import type { ImapWorld, StoredFolder } from './imap-server.ts';
import { search } from './imap-search.ts';

const CAPABILITIES = 'IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN SPECIAL-USE LITERAL- SASL-IR AUTH=PLAIN';

export class ImapSession {
  readonly #socket: Socket;
  readonly #world: ImapWorld;
  #input = Buffer.alloc(0);
  #user: string | undefined;
  #folder: StoredFolder | undefined;
  /** Messages in the open folder as last told. */
  #told = 0;
  #idleTag: string | undefined;
  #plainTag: string | undefined;

  constructor(socket: Socket, world: ImapWorld) {
    this.#socket = socket;
    this.#world = world;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      this.#readCommands();
    });
    this.#say(`* OK [CAPABILITY ${this.#capabilities()}] test server ready`);
  }

  announce(path: string): void {
    if (this.#folder?.path !== path || this.#idleTag === undefined) return;
    this.#told = this.#folder.mails.length;
    this.#say(`* ${this.#told} EXISTS`);
  }

  drop(how: 'bye' | 'fin' | 'rst', text: string): void {
    if (how === 'bye') this.#say(`* BYE ${text}`);
    // Under TLS there is no reset of our own making: the connection just ends.
    if (how !== 'rst') this.#socket.end();
    else if ('encrypted' in this.#socket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #capabilities(): string {
    return `${CAPABILITIES}${this.#world.gmail ? ' X-GM-EXT-1' : ''}`;
  }

  /** Whole commands only: a line, or a line with the literals it announces (RFC 3501 4.3). */
  #readCommands(): void {
    for (;;) {
      let end: number;
      let from = 0;
      for (;;) {
        end = this.#input.indexOf('\r\n', from);
        if (end < 0) return;
        const literal = /\{(\d+)(\+?)\}$/.exec(this.#input.toString('latin1', from, end));
        if (!literal) break;
        if (this.#input.length <= end + 2 && literal[2] !== '+') this.#say('+ go on');
        from = end + 2 + Number(literal[1]);
        if (this.#input.length < from) return;
      }
      const command = this.#input.toString('latin1', 0, end);
      this.#input = this.#input.subarray(end + 2);
      this.#take(command);
    }
  }

  #take(command: string): void {
    if (this.#idleTag !== undefined) {
      const tag = this.#idleTag;
      this.#idleTag = undefined;
      this.#say(`${tag} OK idle over`);
      return;
    }
    if (this.#plainTag !== undefined) {
      const tag = this.#plainTag;
      this.#plainTag = undefined;
      this.#plain(tag, command);
      return;
    }
    const [tag = '*', ...words] = command.split(' ');
    const isUid = words[0]?.toUpperCase() === 'UID';
    const name = (isUid ? words[1] : words[0])?.toUpperCase() ?? '';
    const rest = words.slice(isUid ? 2 : 1).join(' ');
    this.#world.commands.push(/^(?:LOGIN|AUTHENTICATE)$/.test(name) ? `${tag} ${name} ***` : command);
    if (this.#world.script.stall?.includes(name) === true) return;
    this.#answer(tag, name, rest, isUid);
  }

  #answer(tag: string, name: string, rest: string, isUid: boolean): void {
    switch (name) {
      case 'CAPABILITY':
        this.#say(`* CAPABILITY ${this.#capabilities()}`, `${tag} OK done`);
        return;
      case 'NOOP':
        this.#say(`${tag} OK done`);
        return;
      case 'ID':
        this.#say('* ID ("name" "test")', `${tag} OK done`);
        return;
      case 'NAMESPACE':
        this.#say('* NAMESPACE (("" "/")) NIL NIL', `${tag} OK done`);
        return;
      case 'LOGIN':
        this.#login(tag, ...unquoteTwo(rest));
        return;
      case 'AUTHENTICATE':
        this.#authenticate(tag, rest);
        return;
      case 'LOGOUT':
        this.#say('* BYE see you', `${tag} OK done`);
        this.#socket.end();
        return;
      default:
        if (this.#user === undefined) this.#say(`${tag} NO log in first`);
        else this.#answerUser(tag, name, rest, isUid);
    }
  }

  #answerUser(tag: string, name: string, rest: string, isUid: boolean): void {
    switch (name) {
      case 'LIST':
      case 'LSUB':
        this.#list(tag, name, rest);
        return;
      case 'STATUS':
        this.#status(tag, rest);
        return;
      case 'EXAMINE':
        this.#examine(tag, unquote(rest.replace(/ \(.*$/, '')));
        return;
      case 'UNSELECT':
      case 'CLOSE':
        this.#folder = undefined;
        this.#say(`${tag} OK done`);
        return;
      case 'IDLE':
        this.#idleTag = tag;
        this.#say('+ idling');
        // What came since the last command is told at once (RFC 2177 3).
        if (this.#folder && this.#told !== this.#folder.mails.length && this.#world.script.silent !== true) {
          this.announce(this.#folder.path);
        }
        return;
      case 'SEARCH': {
        const found = this.#folder === undefined ? undefined : search(this.#folder.mails, rest, this.#world.gmail);
        if (found === undefined) this.#say(`${tag} BAD search not understood`);
        else this.#say(`* SEARCH ${found.join(' ')}`.trimEnd(), `${tag} OK done`);
        return;
      }
      case 'FETCH':
        this.#fetch(tag, rest, isUid);
        return;
      default:
        this.#world.violations.push(`${name} ${rest}`);
        this.#say(`${tag} NO this server is read-only`);
    }
  }

  #login(tag: string, user: string, password: string): void {
    const { script, users } = this.#world;
    const refuses = script.loginAnswer !== undefined && script.loginRefusals !== 0;
    if (refuses) {
      if (script.loginRefusals !== undefined) script.loginRefusals -= 1;
      this.#say(`${tag} ${script.loginAnswer ?? ''}`);
    } else if (users.some(one => one.user === user && one.password === password)) {
      this.#user = user;
      this.#say(`${tag} OK [CAPABILITY ${this.#capabilities()}] logged in`);
    } else this.#say(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)`);
  }

  #authenticate(tag: string, rest: string): void {
    const [mechanism = '', initial] = rest.split(' ');
    if (mechanism.toUpperCase() !== 'PLAIN') this.#say(`${tag} NO unknown mechanism`);
    else if (initial !== undefined) this.#plain(tag, initial);
    else {
      this.#plainTag = tag;
      this.#say('+ ');
    }
  }

  #plain(tag: string, encoded: string): void {
    const [, user = '', password = ''] = Buffer.from(encoded, 'base64').toString().split('\0');
    this.#login(tag, user, password);
  }

  #list(tag: string, name: string, rest: string): void {
    const pattern = unquoteTwo(rest.replace(/ RETURN .*$/i, ''))[1];
    const folders = [...this.#world.folders.values()].filter(({ path }) => /[*%]/.test(pattern) || path === pattern);
    for (const { path, specialUse } of pattern === '' ? [] : folders) {
      this.#say(`* ${name} (\\HasNoChildren${specialUse === undefined ? '' : ` ${specialUse}`}) "/" "${path}"`);
    }
    if (pattern === '') this.#say(`* ${name} (\\Noselect) "/" ""`);
    this.#say(`${tag} OK done`);
  }

  #status(tag: string, rest: string): void {
    const path = unquote(rest.replace(/ \([^)]*\)$/, ''));
    const folder = this.#world.folders.get(path);
    if (folder === undefined) {
      this.#say(`${tag} NO no such folder`);
      return;
    }
    const { mails, uidNext, uidValidity } = folder;
    this.#say(
      `* STATUS "${path}" (MESSAGES ${mails.length} UIDNEXT ${uidNext} UIDVALIDITY ${uidValidity})`,
      `${tag} OK done`,
    );
  }

  #examine(tag: string, path: string): void {
    this.#folder = this.#world.folders.get(path);
    if (this.#folder === undefined) {
      this.#say(`${tag} NO [NONEXISTENT] no such folder`);
      return;
    }
    const { mails, uidNext, uidValidity } = this.#folder;
    this.#told = mails.length;
    this.#say(
      '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)',
      '* OK [PERMANENTFLAGS ()] read-only',
      `* ${mails.length} EXISTS`,
      '* 0 RECENT',
      `* OK [UIDVALIDITY ${uidValidity}] valid`,
      `* OK [UIDNEXT ${uidNext}] next`,
      `${tag} OK [READ-ONLY] examined`,
    );
  }

  #fetch(tag: string, rest: string, isUid: boolean): void {
    const [set = '', ...items] = rest.split(' ');
    const mails = this.#folder?.mails ?? [];
    const top = isUid ? (mails.at(-1)?.uid ?? 0) : mails.length;
    for (const [index, mail] of mails.entries()) {
      if (!inSet(set, isUid ? mail.uid : index + 1, top)) continue;
      const list = fetchResponse(mail, items.join(' '), this.#world.gmail);
      if (list === undefined) {
        this.#world.violations.push(`FETCH ${rest}`);
        this.#say(`${tag} NO only BODY.PEEK is allowed`);
        return;
      }
      this.#socket.write(`* ${index + 1} FETCH `);
      this.#socket.write(list);
      this.#socket.write('\r\n');
    }
    this.#say(`${tag} OK done`);
  }

  #say(...lines: string[]): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n`, 'latin1');
  }
}

/** Whether a number is in a sequence set such as "1:3,7,9:*" (RFC 3501 9). */
export function inSet(set: string, number: number, top: number): boolean {
  return set.split(',').some(range => {
    const [from = 0, to = from] = range.split(':').map(word => (word === '*' ? top : Number(word)));
    return number >= Math.min(from, to) && number <= Math.max(from, to);
  });
}

function unquote(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('"') ? trimmed.slice(1, -1).replace(/\\(.)/g, '$1') : trimmed;
}

function unquoteTwo(rest: string): [string, string] {
  const words = rest.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return [unquote(words[0] ?? ''), unquote(words[1] ?? '')];
}
