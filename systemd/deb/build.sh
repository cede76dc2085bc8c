#!/usr/bin/env bash
# Builds bounced_VERSION-REVISION_ARCH.deb for this machine's architecture: the built program with its dependencies,
# manuals, completion and units. Same sources, same bytes. Takes a folder for the result (.) and a revision (1).
set -eu
cd "$(dirname "$0")/../.."
out=$(realpath -m "${1:-.}") revision=${2:-1}

for tool in node:nodejs npm:npm pandoc:pandoc dpkg-shlibdeps:dpkg-dev objdump:binutils; do
  command -v "${tool%:*}" >/dev/null || {
    printf 'systemd/deb/build.sh: %s is missing\n  cure: sudo apt-get install -y %s\n' "${tool%:*}" "${tool#*:}" >&2
    exit 69
  }
done
arch=$(dpkg --print-architecture)
case $arch in
  amd64) platform=linux-x64 ;;
  arm64) platform=linux-arm64 ;;
  *)
    printf 'systemd/deb/build.sh: the SQLite driver has no binary for %s\n  cure: build on amd64 or arm64\n' "$arch" >&2
    exit 69
    ;;
esac
# 1.0.0-rc.1 comes before 1.0.0, which dpkg writes with a tilde.
version=$(node -p 'require("./package.json").version.replace("-", "~")')-$revision
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y package.json)}
export SOURCE_DATE_EPOCH
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)
umask 022
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
root=$place/root
lib=$root/usr/lib/bounced
doc=$root/usr/share/doc/bounced
put() { install -D -m "$1" "$2" "$3"; }

# The program, built from a clean slate, and what it needs at run time, by the lock file: the few libraries that are not
# inside dist/ already.
mkdir -p "$lib" "$root/usr/bin"
node bundle.mjs "$lib/dist"
mv "$lib/dist/LICENSES.md" "$place/"
cp package.json package-lock.json "$lib/"
npm ci --prefix "$lib" --omit=dev --ignore-scripts --no-audit --no-fund --silent
node systemd/deb/without.mjs "$lib/package.json" "$place/LICENSES.md"
npm prune --prefix "$lib" --omit=dev --ignore-scripts --offline --no-audit --no-fund --silent
cp package.json "$lib/"
modules=$lib/node_modules
# Binaries of other systems, sources, tests and what only developers read.
find "$modules/@photostructure/sqlite/prebuilds" -name '*.node' ! -path "*/$platform/*.glibc.node" -delete
rm -rf "$modules/.bin" "$modules/.package-lock.json" "$modules/@photostructure/sqlite/src" "$lib/package-lock.json" \
  "$modules"/node-addon-api
find "$modules" -mindepth 2 -maxdepth 3 -type d \
  \( -name test -o -name tests -o -name '.*' -o -name example -o -name examples -o -name benchmarks \) \
  -prune -exec rm -rf {} +
find "$modules" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '.*' -o -name '*.sh' \
  -o -name '*.html' -o -name binding.gyp \) -delete
find "$modules" -type d -empty -delete
find "$lib" -type f -exec chmod 644 {} +
grep -rlIZ --max-count=1 '^#!' "$lib" | xargs -0 sh -c 'for file; do if [ "$(head -c 2 "$file")" = "#!" ]; then chmod 755 "$file"; fi; done' sh
ln -s ../lib/bounced/dist/main.js "$root/usr/bin/bounced"

# The units name the packaged command, whatever else is called bounced in the path.
for unit in bounced.service bounced@.service; do
  put 644 "systemd/$unit" "$root/usr/lib/systemd/system/$unit"
  sed -i 's#^ExecStart=bounced #ExecStart=/usr/bin/bounced #' "$root/usr/lib/systemd/system/$unit"
done
put 600 systemd/bounced.toml "$root/etc/bounced/bounced.toml"
chmod 700 "$root/etc/bounced"

put 644 /dev/null "$root/usr/share/bash-completion/completions/bounced"
put 644 /dev/null "$root/usr/share/zsh/vendor-completions/_bounced"
put 644 /dev/null "$root/usr/share/fish/vendor_completions.d/bounced.fish"
node "$lib/dist/main.js" completion bash >"$root/usr/share/bash-completion/completions/bounced"
node "$lib/dist/main.js" completion zsh >"$root/usr/share/zsh/vendor-completions/_bounced"
node "$lib/dist/main.js" completion fish >"$root/usr/share/fish/vendor_completions.d/bounced.fish"

for page in bounced.1 bounced.toml.5; do
  mkdir -p "$root/usr/share/man/man${page##*.}"
  pandoc -s -f gfm -t man --shift-heading-level-by=-1 --lua-filter systemd/deb/man.lua \
    -V footer="bounced ${version%-*}" -V date="$date" "docs/$page.md" | gzip -9n >"$root/usr/share/man/man${page##*.}/$page.gz"
done
for paper in README.md docs/OPERATIONS.md docs/VERDICTS.md docs/RELIABILITY.md SECURITY.md; do
  put 644 "$paper" "$doc/$(basename "$paper")"
done
cp -r docs/examples "$doc/examples"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
maintainer="${DEBFULLNAME:-The bounced authors} <${DEBEMAIL:-bounced@example.com}>"
gzip -9n >"$doc/changelog.Debian.gz" <<END
bounced ($version) unstable; urgency=medium

  * What changed is told in changelog.gz.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END
node systemd/deb/copyright.mjs "$lib" LICENSE "$place/LICENSES.md" >"$doc/copyright"
put 644 systemd/deb/lintian-overrides "$root/usr/share/lintian/overrides/bounced"

mkdir -p "$root/DEBIAN" "$place/debian"
for script in postinst prerm postrm; do put 755 "systemd/deb/$script" "$root/DEBIAN/$script"; done
echo /etc/bounced/bounced.toml >"$root/DEBIAN/conffiles"
touch "$place/debian/control"
libraries=$(cd "$place" && dpkg-shlibdeps -O --warnings=0 "$modules"/@photostructure/sqlite/prebuilds/*/*.node 2>/dev/null |
  sed 's/^shlibs:Depends=//')
cat >"$root/DEBIAN/control" <<END
Package: bounced
Version: $version
Architecture: $arch
Maintainer: $maintainer
Section: mail
Priority: optional
Installed-Size: $(du -sk --apparent-size "$root" | cut -f 1)
Depends: nodejs (>= 20.19), ca-certificates, $libraries
Recommends: systemd
Suggests: sqlite3
Description: tells CleverTap about bounces in a Gmail mailbox
 bounced watches the mailbox of the Gmail account that sends campaigns, reads
 the bounces that come back, decides for each failed recipient whether the
 bounce is soft or hard, proves it by the mail in Sent, and posts the outcome
 to CleverTap's callback URL.
 .
 The mailbox is read without leaving a trace. What cannot be proven is held for
 a person, and nothing is lost or posted twice by a crash.
END
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$root" && find usr etc -type f ! -path etc/bounced/bounced.toml -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz --build "$root" "$out" >/dev/null
echo "$out/bounced_${version}_$arch.deb"
