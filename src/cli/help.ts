/**
 * The help texts, each with an example. Text only.
 */

const bounced = `bounced reads the bounces in a Gmail sending account, decides soft or hard, proves them, and tells CleverTap.

usage: bounced COMMAND [...]

  run       follow the mailboxes and post what is proven
  classify  read saved mails and show the verdicts
  check     show the configuration in force; with --online log in and look around
  rules     list the reasons; test rules of your own before they count

  --help, --version; "bounced COMMAND --help" for one of them

example: bounced classify mail.eml
`;

const run = `usage: bounced run --config FILE [--dry-run] [--once]

Follows every [[mailbox]] of the configuration and posts proven bounces to its callback, until SIGTERM or SIGINT.
Nothing in a mailbox is changed. Log lines go to standard error.

  --config FILE  the configuration (bounced.toml)
  --dry-run      post nothing and keep nothing: read the last "backfill" days and print what would be posted or held
  --once         end when every mailbox is caught up and what is due has been posted

exit codes: 0 ended when asked, 69 a server cannot be reached (with --once), 74 disk, 75 another daemon runs on this
state directory, 77 login refused, 78 configuration

example: bounced run --config /etc/bounced/bounced.toml --dry-run --once
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

const check = `usage: bounced check --config FILE [--online] [--json]

Checks the configuration and prints the one in force: each key, its value and where that came from (file, environment
or default). Secrets are read, not shown.

  --online  log in to each mailbox, find the folders, log out; changes nothing
  --json    one JSON object

exit codes: 0 all is well, 69 a server cannot be reached, 77 login refused, 78 configuration

example: bounced check --config /etc/bounced/bounced.toml --online
`;

const rules = `usage: bounced rules list [--json]
       bounced rules test FILE [MAIL|MBOX|DIR|- ...]

list prints every reason with its verdict and what it means. test checks a file of rules of your own ([verdict]
rules_file): each rule's examples, what it wins over, which rules are never reached, could never fit or fit too much.
With saved mails, it shows each recipient's verdict without and with the rules. Nothing is changed or posted.

exit codes: 0 the rules are in order, 64 usage, 65 some mail could not be read, 78 a mistake in the rules

example: bounced rules test /etc/bounced/rules.toml ~/Maildir
`;

export const HELP = { bounced, run, classify, check, rules } as const;
