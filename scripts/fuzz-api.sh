#!/usr/bin/env bash
# fuzz-api.sh short|long: asks every operation of the REST API all kinds of things, and looks whether
# each answer is as documented, no answer is the server's fault, and the books still add up. `make
# test` runs it short, `make fuzz-api` long; `make fuzz-api ARGS='--seed 7'` draws the same again, and
# what else Schemathesis takes goes to it, as ARGS='--include-path /cart/lines'.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/sandbox.sh
. scripts/sandbox.sh

mode=${1:?short or long}
shift

work=$(mktemp -d "${TMPDIR:-/tmp}/madang-fuzz.XXXXXX")
shop=
# However this ends, the shop stops before what it stands on.
finish() {
  local status=$?
  trap '' INT TERM HUP
  trap - EXIT
  stop_shop || true
  sandbox_stop
  pg_stop
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

stop_shop() {
  local pid=$shop
  shop=
  [[ -z $pid ]] || { kill "$pid" 2>/dev/null && wait "$pid"; }
}

scripts/setup.sh fuzz
{ read -r target && read -r _; } < <(scripts/layout.mjs)
python=$target/schemathesis/bin/python

# `make test` has built them.
if [[ -z ${MADANG_BIN:-} || -z ${SANDBOX_BIN:-} ]]; then
  step 'Building the server and the sandbox'
  cargo build --workspace --bins --tests
  MADANG_BIN=$target/debug/madang SANDBOX_BIN=$target/debug/sandbox
fi

step 'The document, read as others do'
"$MADANG_BIN" openapi >"$work/openapi.json"
"$target/schemathesis/bin/openapi-spec-validator" "$work/openapi.json"

step 'Starting a throw-away PostgreSQL, the sandbox and the demo shop'
pg_start
pg_create fuzz
DATABASE_URL=$(pg_url fuzz)
MADANG_ADDR=127.0.0.1:$(free_port)
SANDBOX_ADDR=127.0.0.1:$(free_port)
export DATABASE_URL MADANG_ADDR SANDBOX_ADDR
# A gateway of the one who runs this is not asked all kinds of things.
unset MADANG_GATEWAY_URL MADANG_GATEWAY_SECRET MADANG_CARRIER_URL MADANG_CARRIER_SECRET MADANG_PLATFORM_URL
sandbox_start "$SANDBOX_BIN"
# Nobody looks at a page, and no limit gets into the way.
mkdir -p "$work/site/pkg"
export MADANG_SITE_ROOT=$work/site MADANG_DATA_DIR=$work/data
export MADANG_API_PER_SECOND=100000 MADANG_API_BURST=1000000 MADANG_API_LOGINS_PER_MINUTE=1000000
"$MADANG_BIN" serve --demo >"$work/log" 2>&1 &
shop=$!

healthy() { curl --silent --fail --max-time 10 --output "$work/health" "http://$MADANG_ADDR/health"; }
for _ in {1..120}; do
  if healthy || ! kill -0 "$shop" 2>/dev/null; then break; fi
  sleep 0.5
done
healthy || die "the shop did not start: $(tail -n 20 "$work/log")"

step 'Asking'
status=0
"$python" scripts/api/fuzz.py "$mode" --url "http://$MADANG_ADDR" --work "$work" "$@" || status=$?

step 'The shop afterwards'
healthy || die "it is not well any more: $(tail -n 50 "$work/log")"
if grep --max-count 5 --after-context 5 'panicked at' "$work/log"; then die 'it panicked'; fi
stop_shop || die "it did not stop in peace: $(tail -n 50 "$work/log")"
"$MADANG_BIN" audit
exit "$status"
