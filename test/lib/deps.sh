#!/bin/sh
# Install the packages that building and testing need and that are missing
# (Debian and its kin); elsewhere, say what they are. Prints nothing if all
# are there.
set -eu
pg_config=${PG_CONFIG:-pg_config}
major=$($pg_config --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/' || true)
[ -n "$major" ] || major=15
need="gcc make perl pkg-config libicu-dev libssl-dev
postgresql-$major postgresql-server-dev-$major postgresql-$major-pgtap postgresql-$major-cron
libtap-parser-sourcehandler-pgtap-perl libipc-run-perl libpsl-dev python3-minimal openssl"
if ! command -v dpkg-query > /dev/null; then
	echo "not a Debian system: install the equivalents of" $need >&2
	exit 0
fi
missing=
for p in $need; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo > /dev/null || { echo "not root and no sudo: install$missing" >&2; exit 1; }
	sudo=sudo
fi
echo "installing$missing"
log=$(mktemp)
{ $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } > "$log" 2>&1 ||
	{ tail -20 "$log" >&2; exit 1; }
rm -f "$log"
