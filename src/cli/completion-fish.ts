/**
 * The completion script for fish 3.1 and later. Takes the table of the help texts, gives the script. Starts no
 * `bounced` while a person types.
 */
import type { Expected, OptionHelp, Place } from './help-table.ts';

/** @param choiceOf the words that a value may be, none where anything may stand */
export function fishScript(places: readonly Place[], choiceOf: (value: Expected) => readonly string[]): string {
  const known = places.map(({ path }) => quoted(path)).join(' ');
  return `# Completion of bounced for fish; made by "bounced completion fish".

function __bounced_place
    set -l words (commandline -opc)
    set -l place
    for word in $words[2..3]
        contains -- (string join -- ' ' $place $word) ${known}; or break
        set place $place $word
    end
    string join -- ' ' $place
end

function __bounced_at
    set -l here (__bounced_place)
    test "$here" = "$argv[1]"
end

complete -c bounced -f
${places.flatMap(place => linesAt(place, choiceOf)).join('\n')}
`;
}

function linesAt({ path, parts, options, files }: Place, choiceOf: (value: Expected) => readonly string[]): string[] {
  const head = `complete -c bounced -n ${quoted(`__bounced_at "${path}"`)}`;
  return [
    ...[...parts].map(([word, says]) => `${head} -a ${word}${saying(says)}`),
    ...options.map(option => `${head} -l ${option.name.slice(2)}${valueOf(option, choiceOf)}${saying(option.says)}`),
    ...(files ? [`${head} -F`] : []),
  ];
}

function valueOf({ value }: OptionHelp, choiceOf: (value: Expected) => readonly string[]): string {
  if (value === undefined) return '';
  const words = choiceOf(value).join(' ');
  if (words !== '' && value.word.includes(',')) return ` -x -a '(__fish_append , ${words})'`;
  if (words !== '') return ` -x -a '${words}'`;
  return value.word === 'FILE' || value.word === 'DIR' ? ' -r -F' : ' -x';
}

function saying(says: string): string {
  return says === '' ? '' : ` -d ${quoted(says)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
