#!/usr/bin/env bash
# Tries the completion in real shells: fish answers by itself; zsh is typed to on a terminal of its own. Needs zsh, fish
# and a build; bash is tried by the unit tests.
set -eu
cd "$(dirname "$0")/.."
for shell in zsh fish; do
  command -v $shell >/dev/null || { echo "$shell is missing; cure: sudo apt-get install -y zsh fish" >&2; exit 69; }
done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
node dist/main.js completion zsh >"$place/_bounced"
node dist/main.js completion fish >"$place/bounced.fish"
touch "$place/my mail.eml"
cd "$place"
expect() {
  local shell=$1 line=$2 expected=$3 got=$4
  if [ "$got" != "$expected" ]; then
    printf '%s: "%s" offers "%s", expected "%s"\n' "$shell" "$line" "$got" "$expected" >&2
    exit 1
  fi
  printf '%s: "%s" offers "%s"\n' "$shell" "$line" "$got"
}

in_fish() {
  expect fish "$1" "$2" "$(fish --no-config -c "source bounced.fish; complete -C '$1'" 2>&1 | cut -f 1 | sort | xargs)"
}
in_fish 'bounced cl' 'classify'
in_fish 'bounced outbox re' 'recover retry'
in_fish 'bounced run --d' '--dry-run'
in_fish 'bounced outbox export --format c' 'clevertap csv'
in_fish 'bounced outbox list --state held,dea' 'held,dead'
in_fish 'bounced check --config my' 'my mail.eml'
in_fish 'bounced classify my' 'my mail.eml'
in_fish 'bounced status my' ''

# The arguments after Tab and Enter, typed to an interactive zsh on a terminal of its own.
cat >type.zsh <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D
bounced() { print -r -- "GOT<$*>GOT" }; print RE""ADY'
while zpty -r shell line; do [[ $line == *READY* ]] && break; done
zpty -w -n shell "$1"$'\t\n'
while zpty -r shell line; do [[ $line == *'GOT<'*'>GOT'* ]] && break; done
print -r -- ${${line#*GOT<}%>GOT*}
zpty -d shell
END
in_zsh() {
  expect zsh "$1" "$2" "$(timeout 60 zsh -f type.zsh "$1" | sed 's/ *$//')"
}
in_zsh 'bounced cl' 'classify'
in_zsh 'bounced held rel' 'held release'
in_zsh 'bounced run --d' 'run --dry-run'
in_zsh 'bounced outbox export --format j' 'outbox export --format json'
in_zsh 'bounced check --config my' 'check --config my mail.eml'
echo 'completion works in fish and zsh'
