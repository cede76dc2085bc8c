/**
 * The completion script for zsh. Takes the table of the help texts, gives the script: for a folder of fpath under the
 * name _bounced, or to be sourced after compinit. Starts no `bounced` while a person types.
 */
import type { Expected, OptionHelp, Place } from './help-table.ts';

/** @param choiceOf the words that a value may be, none where anything may stand */
export function zshScript(places: readonly Place[], choiceOf: (value: Expected) => readonly string[]): string {
  const known = places.map(({ path }) => quoted(path)).join(' ');
  return `#compdef bounced
# Completion of bounced for zsh; made by "bounced completion zsh".

_bounced() {
  local place='' next index before=\${words[CURRENT-1]}
  local -a entries known=(${known})
  for index in 2 3; do
    (( index < CURRENT )) || break
    next="\${place:+$place }\${words[index]}"
    (( \${known[(Ie)$next]} )) || break
    place=$next
  done
  if [[ $PREFIX == --*=* ]]; then
    before=\${PREFIX%%=*}
    compset -P '*='
  fi
  case "$place $before" in
${places.flatMap(({ path, options }) => options.flatMap(option => valueCase(path, option, choiceOf))).join('\n')}
  esac
  case $place in
${places.map(place => `    (${quoted(place.path)}) entries=(${entriesAt(place).join(' ')}) ;;`).join('\n')}
  esac
  _describe bounced entries
  case $place in (${places.flatMap(({ path, files }) => (files ? [quoted(path)] : [])).join('|')}) _files ;; esac
}

if [ "\${funcstack[1]}" = _bounced ]; then _bounced "$@"; else compdef _bounced bounced; fi
`;
}

function valueCase(
  path: string,
  { name, value }: OptionHelp,
  choiceOf: (value: Expected) => readonly string[],
): string[] {
  if (value === undefined) return [];
  const words = choiceOf(value).join(' ');
  const head = `    (${quoted(`${path} ${name}`)})`;
  if (words !== '' && value.word.includes(',')) return [`${head} _values -s , ${name.slice(2)} ${words}; return ;;`];
  if (words !== '') return [`${head} compadd ${words}; return ;;`];
  if (value.word === 'FILE' || value.word === 'DIR') return [`${head} _files; return ;;`];
  return [`${head} _message ${quoted(value.word)}; return ;;`];
}

function entriesAt({ parts, options }: Place): string[] {
  const words = [...parts, ...options.map(({ name, says }) => [name, says] as const)];
  return words.map(([word, says]) => quoted(says === '' ? word : `${word}:${says.replaceAll(':', '\\:')}`));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
