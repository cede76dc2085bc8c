/**
 * The help texts of the commands that answer for single customers: explain, undo, replay, diff. Text only.
 */

export const explain = `usage: bounced explain ADDRESS|MESSAGE-ID --config FILE [--limit N] [--json]
       bounced explain FILE|MBOX|DIR|- [--config FILE] [--json]

Why a customer was unsubscribed, or not: the answer in one sentence, then the road of each mail behind it through the
stations: what was seen, the line and rule that decided, what lost and why, what was looked up in Sent and found, the
event, each request with its answer, and what was done by hand. Beside a running daemon or without one. Changes nothing.

  ADDRESS     all that is recorded of this customer, however the address is spelled: the last 10 mails, or --limit
  MESSAGE-ID  of the bounce, or of the mail that bounced; with or without <>
  FILE        a saved mail, read as by classify. With --config by its [verdict], and with what is recorded of the mail

  --limit N   so many mails at most, the last ones
  --json      one JSON object (of a FILE one a mail), times in epoch seconds

What was settled is forgotten after [retention] keep (90 days); then nothing is left to tell.

exit codes: 0 told, 64 usage, 65 nothing is recorded of it, or some mail could not be read, 74 no outbox, or it cannot
be used, 78 configuration

example: sudo bounced explain customer@example.com --config /etc/bounced/bounced.toml
`;

export const replay = `usage: bounced replay --since TIME|--uid N,... --config FILE [--mailbox M] [--dry-run] [--json]
       bounced replay --file FILE|MBOX|DIR|- --config FILE [--mailbox M] [--dry-run] [--json]

Reads mails again and decides again, beside a running daemon or without one: what was overlooked, or lies before the
first look, is proven and posted as if it had just come. An address that has an event of the same mail gets no second
one, however the first one fared; where the verdict would be another today, it is told and stays as recorded. Nothing in
the mailbox is changed.

  --since TIME  all that came since: how long ago (90m, 2h, 3d), or a date with or without the time of day, in UTC
  --uid N,...   these, by UID in the folder that is followed: 12, 12,15 or 12:20
  --file FILE   saved mails, as if they lay in the mailbox: what proves them is looked up in its Sent
  --mailbox M   which one, where the configuration has several
  --dry-run     record nothing: show what would be
  --json        one JSON object a mail

exit codes: 0 done, 64 usage, 65 some mail is not there or could not be read, 69 the server cannot be reached, or ended
by you, 74 no outbox, or it cannot be used, 77 login refused, 78 configuration

example: sudo bounced replay --since 2d --dry-run --config /etc/bounced/bounced.toml
`;

export const diff = `usage: bounced diff --config FILE [--before VERSION] [--mailbox M] [--limit N] [--json]

Decides all recorded bounces again, by the rules of this version and the [verdict] of the configuration, and shows which
verdicts would be another: how often each became which, then the first ones with the lines that decided. So the effect
of an upgrade or of a rule of your own is seen before it acts: try the new version's "diff" while the old one runs.
Reads the outbox alone; changes and posts nothing. Recorded verdicts stay as they are; what was told can be undone with
"bounced undo".

  --before VERSION  only what a version before this one decided, such as 0.2.0
  --mailbox M       only bounces of this mailbox
  --limit N         list so many (50); the counts are of all
  --json            one JSON object for each that would be another, all of them

exit codes: 0 compared, 64 usage, 74 no outbox, or it cannot be used, 78 configuration, or a newer version's outbox

example: sudo bounced diff --config /etc/bounced/bounced.toml
`;

export const undo = `usage: bounced undo ADDRESS...|--since TIME --dry-run --config FILE [--mailbox M] [--callback C] [--again] [--json]
       bounced undo ADDRESS...|--since TIME --write FILE|--send --reason TEXT --config FILE [--mailbox M]
                    [--callback C] [--again] [--json]

Resubscribes customers whose hard bounce was posted wrongly, by CleverTap's Subscribe API. Look first with --dry-run.
CleverTap cannot tell who of them has unsubscribed himself meanwhile: that is undone too. Soft bounces unsubscribe
nobody, so there is nothing to undo of them.

  ADDRESS       of the customer, however it is spelled
  --since TIME  all whose hard bounce was posted then or later: 2h, 3d, 2026-11-23 or 2026-11-23T20:55 (UTC)
  --mailbox M, --callback C   only hard bounces of this mailbox, for this callback

  --dry-run     show whom, and who is left out; change nothing, send nothing
  --write FILE  write the bodies of the requests, 1000 addresses each (FILE, FILE-2 ...), and show the calls of curl
  --send        send them, to api_url of the [[callback]] with its account id and passcode

  --reason TEXT why; kept with your name and the time
  --again       also those that were resubscribed already
  --json        one JSON object a customer

Each customer is resubscribed once: who was written or sent is noted and left out later. What CleverTap has not taken
is not noted; the same command goes on where it stopped.

exit codes: 0 done, 64 usage, 65 nothing to undo of an address, or CleverTap refuses one, 69 CleverTap cannot be
reached, 74 no outbox, or a file cannot be written, 77 CleverTap refuses account id or passcode, 78 configuration

example: sudo bounced undo --since 2h --dry-run --config /etc/bounced/bounced.toml
`;
