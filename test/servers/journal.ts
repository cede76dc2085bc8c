/**
 * A receiver that writes down what it counts, on disk, before it answers: the answer may be lost, the journal not.
 * Takes a file and a script, gives what was counted.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { startReceiver } from './receiver.ts';
import type { Receiver, ReceivedEvent, Reply } from './receiver.ts';

/** How one request is dealt with: what is answered, and which of its addresses are counted all the same. */
export interface Dealing {
  readonly reply: Reply;
  readonly counts: (address: string) => boolean;
}

/** An event that was counted, and the request it came in. */
export interface JournalEntry extends ReceivedEvent {
  readonly request: number;
}

export interface Journal {
  readonly receiver: Receiver;
  readonly port: number;
  /** What to do with a request; counts everything and answers 200 until it is set. */
  script: (addresses: readonly string[], request: number) => Dealing;
  /** All that was counted, in order, read from the file. */
  counted(): JournalEntry[];
  stop(): Promise<void>;
}

export const TAKEN: Dealing = { reply: { status: 200 }, counts: () => true };

/** Answered like this and not counted. */
export function refused(reply: Reply): Dealing {
  return { reply, counts: () => false };
}

/** Starts a receiver whose journal is this file; an older journal is continued. */
export async function startJournal(file: string): Promise<Journal> {
  const receiver = await startReceiver();
  const descriptor = openSync(file, 'a');
  const journal: Journal = {
    receiver,
    port: Number(new URL(receiver.url).port),
    script: () => TAKEN,
    counted: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as JournalEntry),
    async stop() {
      await receiver.stop();
      closeSync(descriptor);
    },
  };
  receiver.answer = ({ body }, request) => {
    const events = eventsIn(body);
    const { reply, counts } = journal.script(
      events.map(({ address }) => address),
      request,
    );
    const lines = events.filter(({ address }) => counts(address)).map(event => JSON.stringify({ ...event, request }));
    if (lines.length > 0) writeSync(descriptor, `${lines.join('\n')}\n`);
    fsyncSync(descriptor);
    return reply;
  };
  return journal;
}

function eventsIn(body: string): ReceivedEvent[] {
  const groups = JSON.parse(body) as { event: string; data: { e: string; ts: number }[] }[];
  return groups.flatMap(({ event, data }) => data.map(({ e, ts }) => ({ event, address: e, ts })));
}
