/**
 * The completion script for bash 4.2 and later. Takes the table of the help texts, gives the script. Needs no other
 * package on the user's machine, and starts no `bounced` while a person types.
 */
import type { Expected, Place } from './help-table.ts';

/** @param choiceOf the words that a value may be, none where anything may stand */
export function bashScript(places: readonly Place[], choiceOf: (value: Expected) => readonly string[]): string {
  return `# Completion of bounced for bash; made by "bounced completion bash".

_bounced_follows() {
  case $1 in
${places.map(place => `    '${place.path}') echo '${wordsAt(place).join(' ')}' ;;`).join('\n')}
  esac
}

# FILE, a choice of words, or TEXT for what only the user knows; nothing for a switch.
_bounced_value() {
  case $1 in
${places.flatMap(place => valueCases(place, choiceOf)).join('\n')}
  esac
}

_bounced() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place='' value index
  # bash cuts words at "=", so --config=FILE is three of them.
  if [ "$current" = '=' ]; then current=''
  elif [ "$before" = '=' ]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for index in 1 2; do
    [ "$index" -lt "$COMP_CWORD" ] || break
    [ -n "$(_bounced_follows "\${place:+$place }\${COMP_WORDS[index]}")" ] || break
    place=\${place:+$place }\${COMP_WORDS[index]}
  done
  COMPREPLY=()
  value=$(_bounced_value "$place $before")
  case $value in
    FILE) _bounced_files ;;
    TEXT) ;;
    *,) _bounced_list "\${value%,}" ;;
    ?*) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current") ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(_bounced_follows "$place")" -- "$current")
      case $place in ${filePlaces(places)}) case $current in -*) ;; *) _bounced_files ;; esac ;; esac
      ;;
  esac
}

_bounced_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

# Several words with commas between them: the last one is completed.
_bounced_list() {
  local head=''
  case $current in *,*) head=\${current%,*}, ;; esac
  compopt -o nospace 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "\${current##*,}")
}

complete -F _bounced bounced
`;
}

function wordsAt({ parts, options }: Place): string[] {
  return [...parts.keys(), ...options.map(({ name }) => name)];
}

function valueCases({ path, options }: Place, choiceOf: (value: Expected) => readonly string[]): string[] {
  return options.flatMap(({ name, value }) => {
    if (value === undefined) return [];
    const choice = choiceOf(value);
    const words = choice.length > 0 ? `${choice.join(' ')}${value.word.includes(',') ? ',' : ''}` : kindOf(value);
    return [`    '${path} ${name}') echo '${words}' ;;`];
  });
}

function kindOf({ word }: Expected): string {
  return word === 'FILE' || word === 'DIR' ? 'FILE' : 'TEXT';
}

function filePlaces(places: readonly Place[]): string {
  return places
    .filter(({ files }) => files)
    .map(({ path }) => `'${path}'`)
    .join(' | ');
}
