#!/bin/bash
# tap.sh FILE...: run Perl TAP tests with PostgreSQL's own PostgreSQL::Test
# modules, as the user who may run clusters, on a copy that he can read.
set -euo pipefail
lib=$(cd "$(dirname "$0")" && pwd -P)
user=$("$lib/user.sh")
copy=$WORK/tap
rm -rf "$copy"
mkdir -p "$copy/tmp_check"
cp -r test doc examples README.md META.json CHANGELOG.md accountmatch.control src release "$copy/"
chmod -R go+rX "$copy"
[ "$(id -un)" = "$user" ] || chown -R "$user" "$copy"
# a file of another user, for tests that must not trust one
[ "$(id -un)" = "$user" ] || : > "$copy/tmp_check/of-root"
pgxs=$(dirname "$($PG_CONFIG --pgxs)")
export PATH="$BINDIR:$PATH" PG_REGRESS="$pgxs/../test/regress/pg_regress"
export TESTDATADIR="$copy/tmp_check" TESTLOGDIR="$copy/tmp_check/log" TMPDIR=/tmp
export with_icu=yes PGUSER=postgres
cd "$copy"
as() { if [ "$(id -un)" = "$user" ]; then "$@"; else runuser -u "$user" -- "$@"; fi; }
as env "PATH=$PATH" prove -I "$pgxs/../test/perl" -I test/t "$@"
