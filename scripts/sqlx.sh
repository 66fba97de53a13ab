#!/usr/bin/env bash
# `make sqlx`: writes .sqlx anew, from the queries in the code and a database that has nothing but
# migrations/. Needs no .sqlx that fits, and no sqlx-cli.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/queries.sh
. scripts/queries.sh

scripts/setup.sh sqlx

work=$(mktemp -d "${TMPDIR:-/tmp}/madang-sqlx.XXXXXX")
trap 'pg_stop; rm -rf "$work"' EXIT

step 'Starting a throw-away PostgreSQL'
pg_start
pg_create madang
pg_migrate madang

step 'Describing the queries'
describe_queries "$work" madang --cap-lints allow

mkdir -p .sqlx
rm -f .sqlx/query-*.json
cp "$work"/query-*.json .sqlx/ 2>/dev/null || true
count=$(find .sqlx -name 'query-*.json' | wc -l)
step "$((count)) queries in .sqlx"
