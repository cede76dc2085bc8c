#!/usr/bin/env bash
# Packs the package, installs the tarball as a user would, and runs the installed command on a sample mail.
set -eu
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm pack --silent --pack-destination "$place" >/dev/null
npm install --silent --no-audit --no-fund --global --prefix "$place/global" "$place"/bounced-*.tgz
command="$place/global/bin/bounced"
test "$("$command" --version)" = "$(node -p 'require("./package.json").version')"
sample=$(find fixtures/gmail -name '*.eml' | sort | head -n 1)
"$command" classify --json "$sample" | node -e '
  const mail = JSON.parse(require("fs").readFileSync(0, "utf8"));
  if (mail.isBounce !== true) { console.error("the installed command did not see a bounce in the sample"); process.exit(1); }'
cd "$place"
printf 'import { readBounce } from "bounced";\nconst b = await readBounce("Subject: hello\\n\\nhi");\nif (b.isBounce) throw new Error("a greeting is no bounce");\n' >use.mjs
mkdir -p node_modules && ln -s "$place/global/lib/node_modules/bounced" node_modules/bounced
node use.mjs
echo "the packed command and library work"
