#!/bin/sh
# Print the directory for staged files and throw-away clusters, made if need
# be: build/, or one in /var/tmp where the clusters' user cannot reach that.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$top/build
mkdir -p "$work"
if [ "$(id -u)" = 0 ] && ! runuser -u "$("$top/test/lib/user.sh")" -- test -x "$work" 2>/dev/null
then
	work=/var/tmp/accountmatch-$(id -u)-$(printf %s "$top" | cksum | cut -d' ' -f1)
	mkdir -p -m 755 "$work"
	# somebody else's directory of that name is not ours to use
	[ -O "$work" ] && [ ! -L "$work" ] || { echo "$work belongs to somebody else" >&2; exit 1; }
fi
echo "$work"
