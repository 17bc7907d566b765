#!/bin/sh
# stage.sh DIR: lay a copy of the PostgreSQL of PG_CONFIG below DIR. Programs
# are copied, because PostgreSQL finds its files relative to them; libraries
# and shared files are links, but for accountmatch's own.
set -eu
stage=$1
pg_config=${PG_CONFIG:-pg_config}
bin=$($pg_config --bindir) share=$($pg_config --sharedir) lib=$($pg_config --pkglibdir)
stamp=$stage/.from-$($pg_config --version | tr -c 'A-Za-z0-9.\n' _)
mkdir -p "$stage$bin" "$stage$share/extension" "$stage$lib"
chmod -R go+rX "$stage"
# packages may have come since: links are cheap, make them every time
for f in "$share"/*; do
	[ "${f##*/}" = extension ] || ln -sfn "$f" "$stage$share/${f##*/}"
done
for f in "$share"/extension/*; do
	case ${f##*/} in accountmatch*) ;; *) ln -sfn "$f" "$stage$share/extension/${f##*/}" ;; esac
done
for f in "$lib"/*; do
	case ${f##*/} in accountmatch*) ;; *) ln -sfn "$f" "$stage$lib/${f##*/}" ;; esac
done
rm -f "$stage$lib"/accountmatch* "$stage$share"/extension/accountmatch*
[ -e "$stamp" ] || { cp "$bin"/* "$stage$bin/"; rm -f "$stage"/.from-*; touch "$stamp"; }
