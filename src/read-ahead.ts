/**
 * Mails read as they come, while the rest of their chunk is still being fetched. Takes raw messages, gives what they
 * are; the content of a mail that was read is dropped, so that a chunk holds little until it is recorded.
 */
import type { Interest, RawMessage } from './mailbox/mailbox.ts';
import type { Receiver } from './provenance/provenance.ts';
import type { ReadingThread } from './reading-thread.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from './report/words.ts';
import type { ReadMail } from './river.ts';
import type { Clock } from './shared/clock.ts';
import type { Policy } from './verdict/verdict.ts';

/** How the mails of one mailbox are read. */
export interface ReadAhead {
  /** What the mailbox is told: it hands out candidates here as soon as it has them. */
  readonly interest: Interest;
  /** What came of a mail that was handed out, or reads it now. Rejects with a Fault: then it is to be fetched again. */
  read(raw: RawMessage): Promise<ReadMail>;
}

const NOTHING = Buffer.alloc(0);

export function openReadAhead(
  reading: Pick<ReadingThread, 'read' | 'prepare'>,
  policy: Policy,
  receiver: Receiver,
  clock: Pick<Clock, 'nowSeconds'>,
): ReadAhead {
  const begun = new WeakMap<RawMessage, Promise<ReadMail>>();
  const readOne = (raw: RawMessage, nowSeconds: number): Promise<ReadMail> => {
    const mail = reading.read(raw, policy, nowSeconds, receiver);
    const drop = (): void => dropContent(raw);
    // It may fail before somebody asks for it, and even if nobody does.
    mail.then(drop, () => undefined);
    return mail;
  };
  return {
    interest: {
      fields: CANDIDATE_FIELDS,
      wantedParts,
      isCandidate(headers) {
        const is = isCandidate(headers);
        if (is) reading.prepare();
        return is;
      },
      arrived(candidates) {
        const nowSeconds = clock.nowSeconds();
        for (const raw of candidates) begun.set(raw, readOne(raw, nowSeconds));
      },
    },
    read: raw => begun.get(raw) ?? readOne(raw, clock.nowSeconds()),
  };
}

/** Nobody asks for it any more, and the chunk is held until it is recorded, with the next one behind it. */
function dropContent(raw: RawMessage): void {
  const held: { -readonly [Key in keyof RawMessage]: RawMessage[Key] | undefined } = raw;
  held.header = NOTHING;
  held.structure = undefined;
  held.parts = undefined;
  held.source = undefined;
}
