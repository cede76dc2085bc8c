/**
 * The help texts as a table. Takes the texts, gives commands, their parts and options; the shells' completion is made
 * from it, and the tests hold it against what the commands really take. Never knows a command by itself.
 */

/** What stands where an option's value or an operand is expected. */
export interface Expected {
  /** The word of the help: FILE, TEXT, "S,..." or the choice "json|csv". */
  readonly word: string;
  /** The words to choose from, where the help names them. */
  readonly choice: readonly string[];
}

export interface OptionHelp {
  /** With its dashes. */
  readonly name: string;
  readonly says: string;
  /** Nothing for a switch. */
  readonly value?: Expected;
}

/** A command, or a part of one such as "outbox list". */
export interface Place {
  /** "outbox", "outbox list" */
  readonly path: string;
  readonly says: string;
  readonly options: readonly OptionHelp[];
  /** The words that may follow, by name, with what they say. */
  readonly parts: ReadonlyMap<string, string>;
  /** Whether files may follow. */
  readonly files: boolean;
}

const HELP_OPTION: OptionHelp = { name: '--help', says: 'show how, with an example' };
const FILES = /\b(?:FILE|MAIL|MBOX|DIR)\b/;
const SAYS_COLUMNS = 60;

/** @param help the help text of each command; that of "bounced" lists them all */
export function placesOf(help: Readonly<Record<string, string>>): readonly Place[] {
  const { bounced = '', ...commands } = help;
  const says = saysOf(bounced);
  // An option that a command leaves unexplained means the same as where it is explained first.
  const anywhere = saysOf(Object.values(commands).reverse().join('\n'));
  const known = new Map(Object.keys(commands).map(name => [name, says.get(name) ?? '']));
  const top: Place = {
    path: '',
    says: '',
    options: [HELP_OPTION, { name: '--version', says: 'show the version' }],
    parts: new Map([...known, ['help', 'show how to use a command']]),
    files: false,
  };
  const onHelp: Place = { path: 'help', says: '', options: [], parts: known, files: false };
  return [
    top,
    ...Object.entries(commands).flatMap(([name, text]) => commandPlaces(name, known, text, anywhere)),
    onHelp,
  ];
}

function commandPlaces(
  name: string,
  commands: ReadonlyMap<string, string>,
  text: string,
  anywhere: ReadonlyMap<string, string>,
): Place[] {
  const says = saysOf(text);
  const optionSays = new Map([...anywhere, ...says]);
  const parts = new Map<string, string>();
  const below: Place[] = [];
  const own: OptionHelp[] = [];
  let files = false;
  for (const usage of usagesOf(text)) {
    const [, words = '', rest = ''] = /^\S+ \S+(?: ([a-z]+(?:\|[a-z]+)*)(?= |$))?(.*)$/.exec(usage) ?? [];
    const options = optionsOf(rest, optionSays);
    if (words === '') own.push(...options);
    if (words === '') files ||= takesFiles(rest);
    for (const part of words.split('|').filter(word => word !== '')) {
      parts.set(part, says.get(part) ?? '');
      below.push({
        path: `${name} ${part}`,
        says: says.get(part) ?? '',
        options: [...options, HELP_OPTION],
        parts: new Map(),
        files: takesFiles(rest),
      });
    }
  }
  return [{ path: name, says: commands.get(name) ?? '', options: [...own, HELP_OPTION], parts, files }, ...below];
}

/** The lines of the usage, each whole: "bounced outbox list --config FILE ...". */
export function usagesOf(text: string): string[] {
  const block = text.slice(0, text.indexOf('\n\n')).replace(/^usage: /, '');
  return block
    .replace(/\n +(?! *bounced )/g, ' ')
    .split('\n')
    .map(line => line.trim());
}

function optionsOf(usage: string, says: ReadonlyMap<string, string>): OptionHelp[] {
  const found = usage.matchAll(/(--[a-z][a-z-]*)(?: ([A-Z]+(?:,\.\.\.)?|[a-z]+(?:\|[a-z]+)+))?/g);
  return [...found].map(([, name = '', word]) => ({
    name,
    says: says.get(name) ?? '',
    ...(word === undefined ? {} : { value: { word, choice: word.includes('|') ? word.split('|') : [] } }),
  }));
}

function takesFiles(usage: string): boolean {
  return FILES.test(usage.replace(/--[a-z-]+ [A-Z]+/g, ''));
}

/** What the indented lists say of each word: the first clause, short enough for a line of a menu. */
function saysOf(text: string): Map<string, string> {
  const says = new Map<string, string>();
  const entries = text.matchAll(/^ {2}((?:--)?[a-z][a-z-]*[^\n]*(?:\n {3,}\S[^\n]*)*)/gm);
  for (const [, entry = ''] of entries) {
    const [, words = '', sentence = ''] = /^(.+?)(?: {2,}|\n\s+| (?=[a-z]))([^]*)$/.exec(entry) ?? [];
    const clause = sentence.replace(/\s+/g, ' ').split(/[;.](?: |$)/)[0] ?? '';
    const short = clause.length > SAYS_COLUMNS ? `${clause.slice(0, SAYS_COLUMNS - 3).trimEnd()}...` : clause;
    for (const word of words.split(', ')) says.set(word.replace(/ .*/, ''), short);
  }
  return says;
}
