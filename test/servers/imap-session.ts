/**
 * One connection to the test IMAP server: takes commands, answers the reading ones, refuses and writes down the rest.
 */
import type { Socket } from 'node:net';
import { string } from './bodystructure.ts';
import { capabilitiesOf, credentials, isKnown, mechanismsOf, TOKEN_REFUSED } from './imap-auth.ts';
import { fetchResponse, planFetch, wantsContent } from './imap-fetch.ts';
import { commandReader, inSet, isSet, listPattern, text, wordsOf } from './imap-parser.ts';
import type { Word } from './imap-parser.ts';
import { search } from './imap-search.ts';
import { examined, statusOf } from './imap-status.ts';
import type { ImapWorld, StoredFolder } from './imap-server.ts';
import { pacedTo } from './paced.ts';
import { Turns } from './turns.ts';

/** A command taken apart. */
interface Command {
  readonly tag: string;
  /** Upper case, without UID. */
  readonly name: string;
  readonly isUid: boolean;
  readonly words: readonly Word[];
}

type Answer = (command: Command) => void;

export class ImapSession {
  readonly #socket: Socket;
  readonly #world: ImapWorld;
  readonly #send: (bytes: Buffer) => void;
  #user: string | undefined;
  #folder: StoredFolder | undefined;
  /** Messages in the open folder as last told. */
  #told = 0;
  /** What takes the next line instead of a new command: the end of IDLE, the answer to a challenge. */
  #continuation: ((line: string) => void) | undefined;
  #isIdle = false;
  readonly #turns = new Turns(() => this.#world.script.tooEarly);

  constructor(socket: Socket, world: ImapWorld) {
    this.#socket = socket;
    this.#world = world;
    this.#send = pacedTo(socket, () => (this.#folder === undefined ? undefined : world.script.pace));
    socket.on('error', () => undefined);
    const read = commandReader({
      command: text => this.#take(text),
      goOn: () => this.#say('+ go on'),
      refused: (text, isOver) => this.#refuseLong(text, isOver),
    });
    socket.on('data', read);
    const { greeting, closeAfterGreeting } = world.script;
    this.#say(greeting ?? `* OK [CAPABILITY ${capabilitiesOf(this.#world)}] test server ready`);
    if (closeAfterGreeting === true) this.end(undefined);
  }

  /** Tells of new mail if this session idles in that folder; else it learns of it with its next command. */
  announce(path: string): void {
    if (this.#folder?.path === path && this.#isIdle) this.#tellNews();
  }

  /** Tells that this message is gone; between commands, which a client must bear (RFC 3501 7.4.1 is broken by some). */
  removed(path: string, number: number): void {
    if (this.#folder?.path !== path || number > this.#told) return;
    this.#told -= 1;
    this.#say(`* ${number} EXPUNGE`);
  }

  /** Ends the connection in good order, after a last line if one is given. */
  end(lastLine: string | undefined): void {
    if (lastLine !== undefined) this.#say(lastLine);
    this.#socket.end();
  }

  readonly #anyone: Readonly<Record<string, Answer>> = {
    CAPABILITY: ({ tag }) => this.#done(tag, `* CAPABILITY ${capabilitiesOf(this.#world)}`),
    NOOP: ({ tag }) => this.#done(tag),
    ID: ({ tag }) => this.#done(tag, '* ID ("name" "test")'),
    LOGIN: ({ tag, words }) => this.#login(tag, text(words[0]), text(words[1])),
    AUTHENTICATE: ({ tag, words }) => this.#authenticate(tag, text(words[0]), words[1]),
    LOGOUT: ({ tag }) => {
      this.#say('* BYE see you', `${tag} OK done`);
      this.#socket.end();
    },
  };

  readonly #loggedIn: Readonly<Record<string, Answer>> = {
    ENABLE: ({ tag }) => this.#done(tag, '* ENABLED'),
    NAMESPACE: ({ tag }) => this.#done(tag, '* NAMESPACE (("" "/")) NIL NIL'),
    LIST: command => this.#list(command),
    LSUB: command => this.#list(command),
    XLIST: command => this.#list(command),
    STATUS: ({ tag, words }) => this.#status(tag, text(words[0]), words[1]),
    EXAMINE: ({ tag, words }) => this.#examine(tag, text(words[0])),
    UNSELECT: ({ tag }) => this.#close(tag),
    CLOSE: ({ tag }) => this.#close(tag),
    IDLE: ({ tag }) => this.#idle(tag),
    SEARCH: command => this.#search(command),
    FETCH: command =>
      this.#turns.take(
        () => this.#fetch(command),
        answer => this.#refuse(command.tag, answer),
      ),
  };

  #take(line: string): void {
    const continuation = this.#continuation;
    this.#continuation = undefined;
    if (continuation) continuation(line);
    else this.#answer(line);
  }

  #answer(line: string): void {
    const [tag = '*', ...bare] = line.split(' ');
    const isUid = bare[0]?.toUpperCase() === 'UID';
    const name = (isUid ? bare[1] : bare[0])?.toUpperCase() ?? '';
    this.#world.commands.push(/^(?:LOGIN|AUTHENTICATE)$/.test(name) ? `${tag} ${name} ***` : line);
    if (this.#world.script.stall?.includes(name) === true) return;
    const refusal = this.#world.script.refusals?.[name];
    const words = wordsOf(line)?.slice(isUid ? 3 : 2);
    const forAnyone = Object.hasOwn(this.#anyone, name) ? this.#anyone[name] : undefined;
    const forUser = Object.hasOwn(this.#loggedIn, name) ? this.#loggedIn[name] : undefined;
    const answer = forAnyone ?? forUser;
    if (refusal !== undefined) this.#refuse(tag, refusal);
    else if (answer === undefined || (isUid && !['SEARCH', 'FETCH'].includes(name))) this.#violation(tag, line);
    else if (words === undefined) this.#say(`${tag} BAD not understood`);
    else if (forAnyone === undefined && this.#user === undefined) this.#say(`${tag} NO log in first`);
    else answer({ tag, name, isUid, words });
  }

  #violation(tag: string, line: string): void {
    this.#world.violations.push(line.slice(tag.length + 1));
    this.#say(`${tag} NO this server is read-only`);
  }

  /** APPEND announces its mail as a literal: it is refused before the mail is sent. */
  #refuseLong(line: string, isOver: boolean): void {
    const [tag = '*', name = ''] = line.split(' ');
    this.#world.commands.push(`${tag} ${name} (too long)`);
    if (isOver && !/^(?:LOGIN|AUTHENTICATE)$/i.test(name)) this.#violation(tag, line);
    else if (isOver) this.#say(`${tag} NO too long`);
    else this.end('* BYE too long');
  }

  #login(tag: string, user: string, secret: string, isToken = false): void {
    const { script } = this.#world;
    const refuses = script.loginAnswer !== undefined && script.loginRefusals !== 0;
    const refuse = (answer: string): void => (isToken ? this.#challenge(tag, answer) : this.#refuse(tag, answer));
    if (refuses) {
      if (script.loginRefusals !== undefined) script.loginRefusals -= 1;
      refuse(script.loginAnswer ?? '');
    } else if (isKnown(this.#world, { user, secret, isToken })) {
      this.#user = user;
      this.#say(`${tag} OK [CAPABILITY ${capabilitiesOf(this.#world)}] logged in`);
    } else refuse('NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)');
  }

  /** A token is refused in two steps: the reason as JSON, then, after the client's empty answer, the tagged NO. */
  #challenge(tag: string, answer: string): void {
    this.#say(`+ ${TOKEN_REFUSED}`);
    this.#continuation = () => this.#say(`${tag} ${answer}`);
  }

  /** With or without its initial response (RFC 4959). */
  #authenticate(tag: string, mechanism: string, initial: Word | undefined): void {
    const take = (encoded: string): void => {
      const { user, secret, isToken } = credentials(mechanism, encoded);
      this.#login(tag, user, secret, isToken);
    };
    if (!mechanismsOf(this.#world).includes(mechanism.toUpperCase())) this.#say(`${tag} NO unknown mechanism`);
    else if (initial !== undefined) take(text(initial));
    else {
      this.#continuation = take;
      this.#say('+ ');
    }
  }

  #list({ tag, name, words }: Command): void {
    // RFC 5258 puts selection options before the reference and return options after the pattern.
    const [, pattern] = words.filter(word => typeof word === 'string');
    const isWanted = listPattern(text(pattern));
    const folders = [...this.#world.folders.values()].filter(({ path }) => isWanted.test(path));
    const lines = folders.map(({ path, specialUse }) => {
      const use = specialUse === undefined ? '' : ` ${specialUse}`;
      return `* ${name} (\\HasNoChildren${use}) "/" ${string(path)}`;
    });
    this.#done(tag, ...(pattern === '' ? [`* ${name} (\\Noselect) "/" ""`] : lines));
  }

  #status(tag: string, path: string, wanted: Word | undefined): void {
    const folder = this.#world.folders.get(path);
    if (folder === undefined || !Array.isArray(wanted)) {
      this.#say(folder ? `${tag} BAD not understood` : `${tag} NO [NONEXISTENT] no such folder`);
      return;
    }
    const asked = wanted.map(word => text(word as Word));
    this.#done(tag, `* STATUS ${string(path)} (${statusOf(folder, asked)})`);
  }

  #examine(tag: string, path: string): void {
    // RFC 3501 6.3.1: an attempt that fails leaves no folder open.
    this.#folder = undefined;
    const folder = this.#world.folders.get(path);
    const { examineAnswers = {} } = this.#world.script;
    if (Object.hasOwn(examineAnswers, path)) {
      this.#say(`${tag} ${examineAnswers[path] ?? ''}`);
    } else if (folder === undefined) {
      this.#say(`${tag} NO [NONEXISTENT] no such folder`);
    } else {
      this.#folder = folder;
      this.#told = folder.mails.length;
      this.#say(...examined(folder), `${tag} OK [READ-ONLY] examined`);
    }
  }

  /** CLOSE removes nothing either: the folder was opened with EXAMINE (RFC 3501 6.4.2). */
  #close(tag: string): void {
    this.#folder = undefined;
    this.#say(`${tag} OK done`);
  }

  #idle(tag: string): void {
    this.#isIdle = true;
    this.#continuation = line => {
      this.#isIdle = false;
      this.#say(/^DONE$/i.test(line) ? `${tag} OK idle over` : `${tag} BAD DONE expected`);
    };
    this.#say('+ idling');
    // What came since the last command is told at once (RFC 2177 3).
    this.#tellNews();
  }

  #search({ tag, words, isUid }: Command): void {
    if (this.#folder === undefined) {
      this.#say(`${tag} BAD no folder is open`);
      return;
    }
    const { mails, specialUse } = this.#folder;
    const sighted = this.#world.script.blindSearch === true ? [] : mails;
    const found = search({ mails: sighted, specialUse, gmail: this.#world.gmail }, words);
    if (found === undefined) this.#say(`${tag} BAD search not understood`);
    else {
      const numbers = found.map(index => (isUid ? (mails[index]?.uid ?? 0) : index + 1));
      this.#done(tag, ['* SEARCH', ...numbers].join(' '));
    }
  }

  #fetch({ tag, words, isUid }: Command): void {
    const set = text(words[0]);
    const wants = planFetch(words[1] ?? [], isUid, this.#world.gmail);
    if (wants === 'violation') {
      this.#violation(tag, `${tag} ${isUid ? 'UID ' : ''}FETCH ${set} without PEEK`);
    } else if (wants === 'unknown' || !isSet(set) || this.#folder === undefined) {
      this.#say(`${tag} BAD fetch not understood`);
    } else {
      this.#tellNews();
      const { mails, path } = this.#folder;
      const { unfetchable = [], poison, between, distort } = this.#world.script;
      const top = isUid ? (mails.at(-1)?.uid ?? 0) : mails.length;
      if (poison?.folder === path && wantsContent(wants) && inSet(set, poison.uid, top)) {
        this.#refuse(tag, poison.answer);
        return;
      }
      for (const [index, mail] of mails.entries()) {
        if (!inSet(set, isUid ? mail.uid : index + 1, top) || unfetchable.includes(mail.uid)) continue;
        if (between !== undefined) this.#say(between(index + 1, mail.uid));
        const told = fetchResponse(mail, wants);
        const answer = distort?.(told, mail.uid) ?? told;
        this.#send(Buffer.concat([Buffer.from(`* ${index + 1} FETCH `), answer, CRLF]));
      }
      this.#done(tag);
    }
  }

  #refuse(tag: string, answer: string | undefined): void {
    if (answer === undefined) this.#socket.destroy();
    else this.#say(`${tag} ${answer}`);
  }

  /** Untagged lines, then OK; new mail may be told with any command (RFC 3501 5.2). */
  #done(tag: string, ...lines: string[]): void {
    this.#tellNews();
    this.#say(...lines, `${tag} OK done`);
  }

  #tellNews(): void {
    const exists = this.#folder?.mails.length ?? 0;
    if (this.#folder === undefined || exists === this.#told || this.#world.script.silent === true) return;
    this.#told = exists;
    this.#say(`* ${exists} EXISTS`);
  }

  #say(...lines: string[]): void {
    this.#send(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
  }
}

const CRLF = Buffer.from('\r\n');
