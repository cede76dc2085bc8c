/**
 * The help texts, each with an example. Text only.
 */
import { diff, explain, replay, undo } from './help-answers.ts';
import { capture } from './help-capture.ts';
import { completion } from './help-completion.ts';
import { check, login, selftest, sendTest } from './help-setup.ts';

const bounced = `bounced reads the bounces in a Gmail sending account, decides soft or hard, proves them, and tells CleverTap.

usage: bounced COMMAND [...]

  run       follow the mailboxes and post what is proven
  status    how it fares: mailboxes, outbox, the last day; --watch goes on looking
  classify  read saved mails and show the verdicts
  login     sign in in a browser, for a mailbox that uses OAuth
  check     show the configuration in force; with --online try all that it needs
  send-test  send a test mail from the account
  selftest  send a mail that cannot arrive, and follow its bounce through every station
  rules     list the reasons; test rules of your own before they count
  outbox    what waits for the callback: list, show, retry, drop, export; recover a damaged one
  held      what could not be proven: list, show, release, discard
  breaker   the stop on a flood of hard bounces: show, reset
  explain   why a customer was unsubscribed, or not
  replay    read mails again and decide again, without a double event
  diff      which recorded verdicts would be another by the rules of today
  undo      resubscribe customers whose hard bounce was posted wrongly
  capture   make of a mail a sample that can be shared: who and where replaced, read as before
  completion  a script for bash, zsh or fish; with it, Tab completes commands and options

  --help, --version; "bounced COMMAND --help" for one of them

example: bounced classify mail.eml
`;

const run = `usage: bounced run --config FILE [--dry-run] [--once] [--log-level error|warn|info|debug]

Follows every [[mailbox]] of the configuration and posts proven bounces to its callback, until SIGTERM or SIGINT.
Nothing in a mailbox is changed. Log lines go to standard error. SIGHUP reads the configuration and its secrets
anew: taken whole when it is right, else the old one stays.

  --config FILE  the configuration (bounced.toml)
  --dry-run      post nothing and keep nothing: read the last "backfill" days and print what would be posted or held
  --once         end when every mailbox is caught up and what is due has been posted
  --log-level    how much is logged, whatever [log] level says

exit codes: 0 ended when asked, 69 a server cannot be reached (with --once), 74 disk, 75 another daemon runs on this
state directory, 77 login refused, 78 configuration

example: bounced run --config /etc/bounced/bounced.toml --dry-run --once
`;

const status = `usage: bounced status --config FILE [--json] [--watch]

How it fares, beside a running daemon or without one, with one look into the outbox: whether a daemon runs; each mailbox
with its lag, last mail, place and last trouble with the cure; what waits, is held, dead or stopped by the breaker; the
verdicts of the last 24 hours by reason; refusals for a fault of our own side apart. Changes nothing, asks no network.

  --json   one JSON object, times in epoch seconds; with --watch one a line
  --watch  look again every 2 s, until you stop it (Ctrl-C)

exit codes: 0 shown, 64 usage, 74 no outbox, or it cannot be used, 78 configuration

example: sudo bounced status --config /etc/bounced/bounced.toml
`;

const classify = `usage: bounced classify [--json] [--explain] [--config FILE] FILE|MBOX|DIR|- ...

Reads saved mails and prints a line for each recipient, or for a mail that is no bounce why not. Takes single mails
(.eml), mbox files (shown as NAME#1, NAME#2 ...), Maildirs, folders of all of them, and - for standard input.
No proof is asked: nothing is looked up, nothing posted.

  --json      one JSON object a mail: file, isBounce, kind, recipients (address, verdict, reason, because, about,
              status, replyCode, ts, evidence), proof
  --config FILE
              take policy, overrides and rules of this configuration's [verdict]; its secrets are not read
  --explain   under each line: what made it hard or soft, the line and rule that decided, what lost and why

exit codes: 0 all were read, 64 usage, 65 some could not be read, 78 configuration

example: bounced classify --json fixtures/gmail | jq 'select(.isBounce)'
`;

const rules = `usage: bounced rules list [--json]
       bounced rules test FILE [MAIL|MBOX|DIR|- ...]

list prints every reason with its verdict and what it means. test checks a file of rules of your own ([verdict]
rules_file): each rule's examples, what it wins over, which rules are never reached, could never fit or fit too much.
With saved mails, it shows each recipient's verdict without and with the rules. Nothing is changed or posted.

exit codes: 0 the rules are in order, 64 usage, 65 some mail could not be read, 78 a mistake in the rules

example: bounced rules test /etc/bounced/rules.toml ~/Maildir
`;

const outbox = `usage: bounced outbox list --config FILE [--state S,...] [--mailbox M] [--callback C] [--address A] [--limit N]
                           [--json]
       bounced outbox show ID|ADDRESS --config FILE [--json]
       bounced outbox retry ID|ADDRESS...|--all-dead|--all-stopped|--all-waiting --config FILE [--mailbox M]
                           [--callback C] [--reason TEXT] [--json]
       bounced outbox drop ID|ADDRESS...|--all-dead|--all-stopped --reason TEXT --config FILE [--mailbox M]
                           [--callback C] [--json]
       bounced outbox export --config FILE [--format json|csv|clevertap] [--state S,...] [--mailbox M]
                           [--callback C] [--address A] [--limit N]
       bounced outbox recover --config FILE [--accept-doubles]

What waits for the callback and how it fares, beside a running daemon or without one. An ID may be any unique beginning
of it; an ADDRESS must mean one event.

  list     a line an event: state, tries, when the next is, what the callback answered last. Without --state what
           waits, is stopped by the breaker, is being posted or is dead; the oldest 50 of them, or --limit
  show     all that is known of one event: proof, answers, evidence, and what was done by hand
  retry    due now, also a dead letter. A running daemon notices within 10 s; it ends a pause of the callback too
  drop     never post it; --reason is kept with your name and the time
  export   all events (json, csv), or the body that CleverTap takes, 1000 events a line (clevertap, with --state)
  recover  a damaged outbox: save what can be read into a new one and set the damaged file aside, with the daemon
           stopped. --accept-doubles: also where recent mail will be read and posted again

  --state     held, waiting, stopped, claimed, delivered, dead, dropped, duplicate; several with commas
  --all-dead, --all-stopped, --all-waiting   all in this state (of --mailbox M, of --callback C)
  --json      one JSON object a line, times in epoch seconds

exit codes: 0 done, 64 usage, 65 no such event or not in that state, 74 no outbox, or it cannot be used, 75 it is being
posted this moment, 78 configuration

example: bounced outbox list --config /etc/bounced/bounced.toml --state dead
`;

const held = `usage: bounced held list --config FILE [--mailbox M] [--callback C] [--address A] [--limit N] [--json]
       bounced held show ID|ADDRESS --config FILE [--json]
       bounced held release ID|ADDRESS... --reason TEXT --config FILE [--json]
       bounced held discard ID|ADDRESS... --reason TEXT --config FILE [--json]

Bounces whose proof is missing: the mail that bounced was not found in Sent, or not with that recipient. They are looked
up again every hour for 7 days, and never posted without proof unless you release them.

  list     a line an event: what is missing, and when it is looked up next
  show     all that is known of one, with the Message-IDs that are looked up and the evidence
  release  post it without the proof, once; --reason is kept with your name and the time. A hard bounce unsubscribes
           a person
  discard  never post it

exit codes: as of "bounced outbox"

example: bounced held show customer@example.com --config /etc/bounced/bounced.toml
`;

const breaker = `usage: bounced breaker show --config FILE [--json]
       bounced breaker reset --config FILE [--mailbox M] [--reason TEXT] [--json]

When more than [breaker] hard_per_hour hard bounces of one mailbox arrive within an hour, those beyond wait, with all
hard ones that follow, until you reset the breaker. Soft ones go on.

  show   each mailbox whose breaker was ever open, what waits, and who reset it
  reset  let what waits be posted, and count afresh; drop first what is wrong ("bounced outbox drop --all-stopped")

exit codes: 0 done, 64 usage, 65 no breaker of that mailbox was ever open, 74 no outbox, or it cannot be used,
78 configuration

example: bounced breaker show --config /etc/bounced/bounced.toml
`;

export const HELP = {
  bounced,
  run,
  status,
  classify,
  check,
  rules,
  outbox,
  held,
  breaker,
  explain,
  replay,
  diff,
  undo,
  capture,
  completion,
  login,
  'send-test': sendTest,
  selftest,
} as const;
