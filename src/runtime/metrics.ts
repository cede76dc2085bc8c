/**
 * What Prometheus can ask for. Takes plain counts as they happen and a way to look at the present state, gives the
 * text of /metrics. No label is unbounded, and none holds an address.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PostReport } from '../callback/callback.ts';
import type { Backlog, Breaker, Canary, MailboxStanding } from '../outbox/outbox.ts';

/** How things stand now: asked once a scrape. */
export interface Present {
  readonly backlog: Backlog;
  readonly breakers: readonly Breaker[];
  readonly canaries: readonly Canary[];
  readonly mailboxes: Readonly<Record<string, MailboxStanding>>;
}

export interface Metrics {
  /** So many mails were recorded with this outcome: failure, delay, autoReply ... or skipped. */
  mails(mailbox: string, outcome: string, count: number): void;
  verdict(mailbox: string, verdict: string, reason: string): void;
  /** A refusal for a fault of our own side; 0 makes the series known, so that a rise from nothing is seen. */
  ownFault(mailbox: string, reason: string, count: number): void;
  /** A failure of the mailbox, by the Fault's code. */
  mailboxFault(mailbox: string, code: string): void;
  /** So many bytes came from the mailbox. */
  received(mailbox: string, bytes: number): void;
  /** A canary that could not be sent, by the Fault's code. */
  canaryFault(mailbox: string, code: string): void;
  posted(report: PostReport): void;
  reload(result: 'taken' | 'unchanged' | 'refused', atSeconds: number): void;
  /** The text of /metrics and its content type; rejects when the outbox cannot be read. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Names of all metrics, those of the process included. */
  names(): readonly string[];
  /** Label names of one metric. */
  labels(name: string): readonly string[];
}

/** Seconds: CleverTap answers in parts of one, and a request may last minutes. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const STATES = ['waiting', 'claimed', 'held', 'stopped', 'dead', 'delivered'] as const;

/** @param look how things stand now */
export function openMetrics(version: string, look: () => Promise<Present>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = openCounters(registry);
  const gauges = openGauges(registry);
  gauges.build.set({ version }, 1);
  for (const result of ['taken', 'unchanged', 'refused']) counters.reloads.inc({ result }, 0);
  return {
    mails: (mailbox, outcome, count) => {
      counters.messages.inc({ mailbox, outcome }, count);
    },
    verdict: (mailbox, verdict, reason) => {
      counters.verdicts.inc({ mailbox, verdict, reason });
    },
    ownFault: (mailbox, reason, count) => {
      counters.ownFaults.inc({ mailbox, reason }, count);
    },
    mailboxFault: (mailbox, code) => {
      counters.mailboxFaults.inc({ mailbox, code });
    },
    received: (mailbox, bytes) => {
      counters.received.inc({ mailbox }, bytes);
    },
    canaryFault: (mailbox, code) => {
      counters.canaryFaults.inc({ mailbox, code });
    },
    posted: ({ callback, code, durationMs }) => {
      counters.requests.inc({ callback, code });
      counters.durations.observe({ callback }, durationMs / 1000);
    },
    reload: (result, atSeconds) => {
      counters.reloads.inc({ result });
      if (result !== 'refused') gauges.reloaded.set(atSeconds);
    },
    async render() {
      show(gauges, await look());
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    labels: name => (registry.getSingleMetric(name) as { labelNames?: string[] } | undefined)?.labelNames ?? [],
  };
}

function openCounters(registry: Registry) {
  const counter = <const Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const requests = counter('bounced_callback_requests_total', 'Requests to a callback, by status code.', [
    'callback',
    'code',
  ]);
  return {
    messages: counter('bounced_messages_total', 'Mails looked at, by what they were.', ['mailbox', 'outcome']),
    verdicts: counter('bounced_verdicts_total', 'Verdicts given, one a failed recipient.', [
      'mailbox',
      'verdict',
      'reason',
    ]),
    ownFaults: counter('bounced_sender_faults_total', 'Refusals for a fault of the sending side.', [
      'mailbox',
      'reason',
    ]),
    mailboxFaults: counter('bounced_mailbox_faults_total', 'Failures to follow a mailbox.', ['mailbox', 'code']),
    received: counter('bounced_mailbox_received_bytes_total', 'Bytes that came from a mailbox.', ['mailbox']),
    canaryFaults: counter('bounced_canary_faults_total', 'Canaries that could not be sent.', ['mailbox', 'code']),
    reloads: counter('bounced_reloads_total', 'Configurations offered by SIGHUP.', ['result']),
    requests,
    durations: new Histogram({
      name: 'bounced_callback_request_duration_seconds',
      help: 'From connecting to the last byte of the answer.',
      labelNames: ['callback'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    }),
  };
}

function openGauges(registry: Registry) {
  const gauge = <const Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    build: gauge('bounced_build_info', 'Always 1.', ['version']),
    reloaded: gauge('bounced_config_last_load_timestamp_seconds', 'When the configuration in force was taken.', []),
    events: gauge('bounced_outbox_events', 'Events in the outbox, by state.', ['state']),
    oldest: gauge('bounced_outbox_oldest_event_timestamp_seconds', 'When the oldest bounce that waits happened.', []),
    breaker: gauge('bounced_breaker_open', '1 while hard bounces wait for a person.', ['mailbox']),
    connected: gauge('bounced_mailbox_connected', '1 while logged in.', ['mailbox']),
    behind: gauge('bounced_mailbox_behind', '1 while mail is known that has not been read.', ['mailbox']),
    backlog: gauge('bounced_mailbox_backlog_mails', 'Mails of a backlog that are still to be read.', ['mailbox']),
    budget: gauge('bounced_mailbox_budget_left_bytes', 'Bytes that catching up may take at once.', ['mailbox']),
    waits: gauge('bounced_mailbox_budget_waiting', '1 while catching up waits for its budget.', ['mailbox']),
    scan: gauge('bounced_mailbox_last_scan_timestamp_seconds', 'When new mail was last looked for.', ['mailbox']),
    mail: gauge('bounced_mailbox_last_mail_timestamp_seconds', 'When the newest recorded mail arrived.', ['mailbox']),
    canaryEvery: gauge('bounced_canary_interval_seconds', 'How often a canary is to be sent.', ['mailbox']),
    canarySent: gauge('bounced_canary_last_sent_timestamp_seconds', 'When the last canary was sent.', ['mailbox']),
    canaryProof: gauge(
      'bounced_canary_last_proof_timestamp_seconds',
      'When the bounce of a self-test last came back; 0: canaries are to be sent, and none ever did.',
      ['mailbox'],
    ),
  };
}

function show(gauges: ReturnType<typeof openGauges>, present: Present): void {
  const { backlog, breakers, mailboxes } = present;
  for (const state of STATES) gauges.events.set({ state }, backlog[state]);
  // Nothing waits: no sample, rather than a time long ago that would look late.
  gauges.oldest.remove();
  if (backlog.oldestWaitingSeconds !== undefined) gauges.oldest.set(backlog.oldestWaitingSeconds);
  const { breaker, connected, behind, backlog: mails, budget, waits, scan, mail } = gauges;
  for (const one of [breaker, connected, behind, mails, budget, waits, scan, mail]) one.reset();
  for (const [mailbox, standing] of Object.entries(mailboxes)) {
    const open = breakers.some(one => one.mailbox === mailbox && one.openSinceSeconds !== undefined);
    gauges.breaker.set({ mailbox }, open ? 1 : 0);
    gauges.connected.set({ mailbox }, standing.connected ? 1 : 0);
    gauges.behind.set({ mailbox }, standing.behind ? 1 : 0);
    const { catchingUp, received } = standing;
    gauges.backlog.set({ mailbox }, catchingUp === undefined ? 0 : catchingUp.of - catchingUp.mails);
    gauges.waits.set({ mailbox }, received?.waitsUntilSeconds === undefined ? 0 : 1);
    if (received?.leftBytes !== undefined) gauges.budget.set({ mailbox }, Math.max(0, received.leftBytes));
    if (standing.lastScanSeconds !== undefined) gauges.scan.set({ mailbox }, standing.lastScanSeconds);
    if (standing.lastMailSeconds !== undefined) gauges.mail.set({ mailbox }, standing.lastMailSeconds);
  }
  showCanaries(gauges, present);
}

function showCanaries(gauges: ReturnType<typeof openGauges>, { canaries, mailboxes }: Present): void {
  for (const one of [gauges.canaryEvery, gauges.canarySent, gauges.canaryProof]) one.reset();
  for (const { mailbox, everySeconds, sentAtSeconds, provenAtSeconds } of canaries) {
    if (mailboxes[mailbox] === undefined) continue;
    if (provenAtSeconds !== undefined) gauges.canaryProof.set({ mailbox }, provenAtSeconds);
    if (everySeconds === undefined) continue;
    gauges.canaryEvery.set({ mailbox }, everySeconds);
    if (sentAtSeconds !== undefined) gauges.canarySent.set({ mailbox }, sentAtSeconds);
    // An alarm on the age of a sample that is missing would never ring.
    if (provenAtSeconds === undefined) gauges.canaryProof.set({ mailbox }, 0);
  }
}
