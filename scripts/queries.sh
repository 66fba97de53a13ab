# shellcheck shell=bash
# Sourced: asks a live database what the queries in the code take and return.

# describe_queries DIRECTORY DATABASE [COMPILER ARGUMENT...]
# Lints the workspace with the query macros talking to DATABASE, each of which leaves its
# `query-….json` in DIRECTORY. They only do so when they are expanded, hence the ever-changing
# `--cfg`: clippy is the one compiler run that takes arguments for our own crates alone, so nothing
# that is compiled for tests or for serving is thrown away.
describe_queries() {
  local directory=$1 database=$2
  shift 2
  SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$directory DATABASE_URL=$(pg_url "$database") \
    cargo clippy --workspace --all-targets -- --cfg "described=\"$(date +%s%N)\"" "$@"
}
