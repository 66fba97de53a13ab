#!/usr/bin/env bash
# `make test`: everything that is checked, the cheap first; stops at what fails first. The last line
# is the count of the tests.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/queries.sh
. scripts/queries.sh

passed=0 failed=0 current='the set-up' work=

finish() {
  local status=$?
  trap - EXIT
  pg_stop
  rm -rf "$work"
  # Interrupted, bash comes here with the status of what happened to end last.
  if [[ $current ]] && ((status == 0)); then status=130; fi
  ((status == 0)) || printf 'make test failed at: %s\n' "$current"
  printf 'Took %d min %d s\n' $((SECONDS / 60)) $((SECONDS % 60))
  # Only counts that are counts: lints that fail say nothing about tests.
  if ((passed + failed)); then printf '%d passed, %d failed\n' "$passed" "$failed"; fi
  exit "$status"
}
trap finish EXIT

check() {
  current=$1
  step "$1"
}

# Adds the tests of one runner to the count. A runner that failed with no test to blame counts as
# one: `0 failed` must mean that all is well.
count() { # count PASSED FAILED STATUS
  passed=$((passed + $1))
  failed=$((failed + $2))
  if (($3)); then
    if (($2 == 0)); then failed=$((failed + 1)); fi
    exit 1
  fi
}

scripts/setup.sh test
{ read -r target && read -r site; } < <(scripts/layout.mjs)
work=$(mktemp -d "${TMPDIR:-/tmp}/madang-test.XXXXXX")

check 'format'
cargo fmt --all --check

check 'a throw-away PostgreSQL'
pg_start
pg_create described
pg_migrate described

# One compiler run for two checks: the queries against the migrations, and the lints.
check 'lints, and queries against the migrations'
mkdir "$work/sqlx"
describe_queries "$work/sqlx" described -D warnings

check '.sqlx holds these queries and no others (if not: make sqlx)'
mkdir -p "$work/none"
diff -r "$(if [[ -d .sqlx ]]; then echo .sqlx; else echo "$work/none"; fi)" "$work/sqlx"

check 'lints of what runs in the browser'
cargo clippy --package frontend --lib --target wasm32-unknown-unknown -- -D warnings

check 'Rust tests'
status=0
# #[sqlx::test] makes a database for each test beside this one.
DATABASE_URL=$(pg_url postgres) cargo test --workspace --no-fail-fast 2>&1 | tee "$work/cargo" || status=$?
read -r rust_passed rust_failed < <(awk '/^test result:/ {
  for (i = 2; i <= NF; i++) { if ($i ~ /^passed;/) passed += $(i - 1); if ($i ~ /^failed;/) failed += $(i - 1) }
} END { print passed + 0, failed + 0 }' "$work/cargo")
count "$rust_passed" "$rust_failed" "$status"

check 'the site'
scripts/build-site.mjs

check 'the server for the browser tests'
# All that `cargo test` has compiled already: asked for alone, the server would be built with other
# features of its dependencies, and those anew.
cargo build --workspace --bins --tests

check 'a short drill'
status=0
"$target/debug/drill" --program "$target/debug/madang" --sandbox "$target/debug/sandbox" --kills 3 --shoppers 4 </dev/null || status=$?
count $((status == 0)) $((status != 0)) "$status"

check 'the REST API, fuzzed'
status=0
# The same each time: `make fuzz-api` looks further.
MADANG_BIN=$target/debug/madang SANDBOX_BIN=$target/debug/sandbox scripts/fuzz-api.sh short --seed 1 </dev/null || status=$?
count $((status == 0)) $((status != 0)) "$status"

check 'browser tests'
# Playwright starts the server and the sandbox; these tell it which, and with what.
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM
pg_create end2end
status=0
(
  export MADANG_BIN=$target/debug/madang SANDBOX_BIN=$target/debug/sandbox
  export MADANG_SITE_ROOT=$site MADANG_DATA_DIR=$work/data
  DATABASE_URL=$(pg_url end2end)
  export DATABASE_URL PLAYWRIGHT_JSON_OUTPUT_NAME=$work/playwright.json
  cd end2end
  npx --no-install playwright test --reporter=list,json
) </dev/null || status=$?
read -r web_passed web_failed < <(scripts/playwright-counts.mjs "$work/playwright.json" || echo 0 0)
count "$web_passed" "$web_failed" "$status"
current=
