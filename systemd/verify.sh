#!/usr/bin/env bash
# Checks the units without a running systemd: syntax, and the sandbox's exposure (at most 1.3).
set -eu
cd "$(dirname "$0")"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for unit in bounced.service bounced@.service; do
  # The command need not be installed here for the unit to be right.
  sed 's#^ExecStart=bounced #ExecStart=/bin/true #' "$unit" >"$place/${unit/@./@one.}"
done
systemd-analyze verify "$place"/*.service
for unit in "$place"/*.service; do
  line=$(systemd-analyze security --offline=yes "$unit" | tail -n 1)
  echo "$line"
  exposure=$(grep -oE '[0-9]+\.[0-9]+' <<<"$line" | head -n 1)
  awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 1.3) }'
done
