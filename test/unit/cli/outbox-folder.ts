/**
 * A configuration with an outbox that a daemon has left behind. Takes what it should hold, gives the commands' way in.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageOutcome, Settlement, Store } from '../../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';
import type { Event, Held } from '../../../src/provenance/provenance.ts';
import { chunkOf, CLAIM, eventOf, outcomeOf, verdictOf } from '../../contract/store-values.ts';

/** One mail with one recipient, and what became of it. */
export interface Story {
  readonly n: number;
  readonly event?: Partial<Event>;
  readonly held?: Held;
  readonly outcome?: Partial<MessageOutcome>;
  /** How its requests went, one after the other; without any it waits. */
  readonly posts?: readonly Omit<Settlement, 'id'>[];
  readonly atSeconds: number;
}

export interface OutboxFolder {
  readonly folder: string;
  readonly config: string;
  /** Runs this on the outbox, as a daemon or an operator would. */
  with<Result>(work: (store: Store) => Promise<Result>): Promise<Result>;
  tell(...stories: readonly Story[]): Promise<void>;
  remove(): Promise<void>;
}

export async function outboxFolder(callback = ''): Promise<OutboxFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-answers-'));
  const config = join(folder, 'bounced.toml');
  await writeFile(
    config,
    `state_dir = "${folder}"
[[mailbox]]
name = "campaigns"
user = "news@shop.example"
password_file = "password"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
${callback}
`,
  );
  const withStore = async <Result>(work: (store: Store) => Promise<Result>): Promise<Result> => {
    const store = await openSqliteStore(join(folder, 'bounced.db'));
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  return {
    folder,
    config,
    with: withStore,
    tell: (...stories) =>
      withStore(async store => {
        for (const story of stories) await tellOne(store, story);
      }),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function tellOne(store: Store, { n, event = {}, held, outcome, posts = [], atSeconds }: Story): Promise<void> {
  const lease = await store.lease('daemon', atSeconds, 60);
  const own = eventOf(n, event);
  const original = { originalMessageIds: [`campaign-${n}@shop.example`] };
  const mail = outcomeOf(n, {
    messageId: `bounce-${n}@mx.example`,
    ...original,
    verdicts: [verdictOf(own.address)],
    ...outcome,
  });
  const events = held === undefined && mail.eventIds?.length !== 0 ? [own] : [];
  const record = { outcomes: [mail], events, held: held === undefined ? [] : [held] };
  await store.record(lease, chunkOf(n, record), atSeconds);
  for (const [count, post] of posts.entries()) {
    await store.claim(lease, own.callback, 9, atSeconds + 60 * (count + 1), CLAIM);
    await store.settle(lease, [{ ...post, id: own.id } as Settlement], atSeconds + 60 * (count + 1));
  }
  await store.release(lease);
}
