#!/bin/sh
# pgtap.sh FILE...: run pgTAP files through pg_prove, in a database of their own.
set -eu
createdb pgtap_test
psql -X -q -d pgtap_test -c 'CREATE EXTENSION accountmatch; CREATE EXTENSION pgtap'
pg_prove -d pgtap_test --ext .sql "$@"
