/**
 * The help text of capture. Text only.
 */

export const capture = `usage: bounced capture FILE|- [--out DIR] [--name NAME] [--keep WORDS] [--json]
       bounced capture --uid N --config FILE [--mailbox M] [--out DIR] [--name NAME] [--keep WORDS] [--json]

Makes of a mail a sample that can be shared, such as a bounce that is read wrongly: NAME.eml, and NAME.json with what is
read in it today, as this project's fixtures have it. Addresses, hosts, IP addresses, ids, names, subjects and all words
that mail systems do not use become others, the same always the same; the text of a returned mail and attachments are
left out. Structure, encodings, line ends, codes and the server's wording stay. Nothing is written when the sample is
read in another way than the mail, or when anything private is still in it: then it says what.

  FILE        a saved mail, or - for standard input
  --uid N     the mail with this UID in the folder that is followed, read as everything is: without a trace
  --mailbox M which one, where the configuration has several
  --out DIR   where to (here); made when it is not there
  --name NAME of the two files, without ending; never over what is there
  --keep WORDS  words that stay although no list of ours has them: the server's own ones, with blanks between
  --json      one JSON object: the files, what was replaced, what is expected

Look it over before you share it.

exit codes: 0 written, 64 usage, 65 not a mail, or it cannot be captured, 69 the server cannot be reached, 74 the files
are there or cannot be written, 77 login refused, 78 configuration

example: bounced capture mail.eml --name mailbox-full
`;
