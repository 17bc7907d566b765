#!/bin/bash
# cluster.sh start NAME | stop NAME | drop NAME | env NAME COMMAND...
# A throw-away cluster below WORK, of the programs in BINDIR: own data
# directory, own socket directory, no TCP port. CLUSTER_CONF has more settings;
# UNDER is a command, with options, that runs the server.
set -euo pipefail
what=$1 name=$2
shift 2
lib=$(cd "$(dirname "$0")" && pwd -P)
user=$("$lib/user.sh")
dir=$WORK/clusters/$name
as() { if [ "$(id -un)" = "$user" ]; then "$@"; else (cd / && runuser -u "$user" -- "$@"); fi; }

running() { [ -d "$dir/data" ] && as "$BINDIR/pg_ctl" -D "$dir/data" status > /dev/null 2>&1; }

stop() { if running; then as "$BINDIR/pg_ctl" -D "$dir/data" -m immediate -w stop > /dev/null; fi; }

drop()
{
	stop
	[ ! -e "$dir/socket" ] || rm -rf "$(cat "$dir/socket")"
	rm -rf "$dir"
}

start()
{
	drop
	mkdir -p "$dir"
	# a socket's path has room for about 100 bytes; a build tree may be deeper
	mktemp -d /tmp/accountmatch.XXXXXX > "$dir/socket"
	local socket
	socket=$(cat "$dir/socket")
	[ "$(id -un)" = "$user" ] || chown "$user" "$dir" "$socket"
	chmod 755 "$socket"
	as "$BINDIR/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C -N > "$dir.initdb.log" 2>&1 ||
		{ cat "$dir.initdb.log" >&2; exit 1; }
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$socket'"
		echo "fsync = off"
		echo "shared_buffers = 256MB"
		echo "max_wal_size = 4GB"
		echo "timezone = 'UTC'"
		printf '%s\n' "${CLUSTER_CONF:-}"
	} | as tee -a "$dir/data/postgresql.conf" > /dev/null
	printf '#!/bin/sh\nexec %s "%s" "$@"\n' "${UNDER:-}" "$BINDIR/postgres" > "$dir/postgres"
	chmod 755 "$dir/postgres"
	as "$BINDIR/pg_ctl" -p "$dir/postgres" -D "$dir/data" -l "$dir/log" -w start > /dev/null ||
		{ cat "$dir/log" >&2; exit 1; }
}

case $what in
	start) start ;;
	stop) stop ;;
	drop) drop ;;
	env)
		running || { echo "no cluster \"$name\" is running" >&2; exit 1; }
		PGHOST=$(cat "$dir/socket")
		export PGHOST PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PATH="$BINDIR:$PATH"
		exec "$@" ;;
	*) echo "usage: cluster.sh start|stop|drop|env NAME [COMMAND...]" >&2; exit 2 ;;
esac
