/**
 * The help texts of what is asked for on the first evening: login, check, send-test, selftest. Text only.
 */

export const login = `usage: bounced login --config FILE [--mailbox NAME] [--port N] [--wait TIME] [--print]

Lets a person sign in in a browser and writes the refresh token to oauth_refresh_token_file, readable for its owner
alone. For a mailbox with oauth_client_id; the file need not exist yet. Prints the address to open, waits for the
browser to come back to 127.0.0.1; where the browser is on another machine, paste the address it ended at, or forward
the port by ssh.

  --mailbox NAME  the [[mailbox]], where there are several
  --port N        the port to wait on; without it a free one
  --wait TIME     how long to wait, such as 10m, the default
  --print         print the token on standard output instead, as for a credential store

exit codes: 0 signed in, 64 usage, 69 nobody came, or no answer, 74 the file cannot be written, 77 refused,
78 configuration

example: bounced login --config /etc/bounced/bounced.toml --mailbox campaigns
`;

export const check = `usage: bounced check --config FILE [--online] [--json]

Checks the configuration and prints the one in force: each key, its value and where that came from (file, environment
or default). Secrets are read, not shown. With --online it also tries all that a first evening can fail on, one line
each: ok, WARN or FAIL, with the cure. It reads and logs in; it changes nothing and posts nothing.

  --online  state directory, disk and sandbox; of each mailbox DNS, TLS, login, All Mail, Sent and Spam, folder size
            limits, SMTP; of each callback the URL's shape, DNS, TLS and clock (HEAD / at its host)
  --json    one JSON object

exit codes: 0 all is well, warnings included; else that of the first failure: 69 a server cannot be reached, 74 disk,
77 login refused, 78 configuration

example: bounced check --config /etc/bounced/bounced.toml --online
`;

export const sendTest = `usage: bounced send-test ADDRESS --config FILE [--mailbox NAME] [--wait TIME]

Sends one plain mail from the account of a mailbox by SMTP, with the account's own login: the test mail that CleverTap's
set-up asks for. Prints the server's answer and the Message-ID.

  --mailbox NAME  the [[mailbox]], where there are several
  --wait TIME     how long the server may take, such as 1m, the default

exit codes: 0 the server has taken it, 64 usage, 65 it refused the address or the mail, 69 it cannot be reached,
77 login refused, 78 configuration

example: bounced send-test me@example.com --config /etc/bounced/bounced.toml
`;

export const selftest = `usage: bounced selftest --config FILE [--mailbox NAME] [--to ADDRESS] [--wait TIME] [--post] [--json]

Shows that bounces reach us and are understood: sends a mail to an address that cannot exist, waits for its bounce in
the mailbox, and shows what each station makes of it, as it would of a customer's. Beside a running daemon or without
one. Nothing is recorded, nothing in the mailbox is changed, nothing is posted. A running daemon knows the bounce by the
mark of the mail in Sent: it notes that bounces come back, and posts nothing either.

  --mailbox NAME  the [[mailbox]], where there are several
  --to ADDRESS    instead of a random one at bounced.invalid, a domain that nobody can have: the sending server itself
                  reports it, within seconds. For a server that refuses such an address at once
  --wait TIME     how long the bounce may take, such as 5m, the default
  --post          post this one event to the callback and show the answer: a bounce of that made-up address
  --json          one JSON object, times in epoch seconds

exit codes: 0 it came and all is well, 64 usage, 65 it came and would have led to no event, or the server refused the
mail, 69 none came in time, a server cannot be reached, the callback did not take it, or ended by you, 77 login refused,
78 configuration

example: sudo bounced selftest --config /etc/bounced/bounced.toml
`;
