#!/bin/sh
# demo.sh: map the two lists of this directory in the database "demo" of the
# server that the environment points to. `make demo` runs it in a throw-away
# cluster.
set -eu
cd "$(dirname "$0")"
export PGOPTIONS='-c client_min_messages=warning'
psql='psql -X -q -v ON_ERROR_STOP=1 -P pager=off -P footer=off -P linestyle=unicode'
$psql -d postgres -c 'DROP DATABASE IF EXISTS demo WITH (FORCE)' -c 'CREATE DATABASE demo'
$psql -d demo -f load.sql
$psql -d demo -f demo.sql
$psql -d demo -f week.sql
$psql -d demo -f monday.sql
echo 'The server is still there. "make psql" connects to it, "make demo-stop" stops and removes it.'
