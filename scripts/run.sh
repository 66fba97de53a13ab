#!/usr/bin/env bash
# `make run`: sets up, builds, serves the demo shop and the sandbox beside it. Again at will: what is
# up to date is skipped.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/sandbox.sh
. scripts/sandbox.sh

scripts/setup.sh run
{ read -r target && read -r site; } < <(scripts/layout.mjs)

step 'Building the server'
cargo build --release --package server
step 'Building the site'
scripts/build-site.mjs

# The server's own default is only right for cargo's default target directory.
export MADANG_SITE_ROOT=${MADANG_SITE_ROOT:-$site}

shop=
# However this ends, the shop stops first, in its own time, and the sandbox after it.
finish() {
  local status=$?
  trap '' INT TERM HUP
  trap - EXIT
  if [[ $shop ]] && kill "$shop" 2>/dev/null; then wait "$shop" || status=$?; fi
  sandbox_stop
  exit "$status"
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

sandbox_start "$target/release/sandbox"
"$target/release/madang" serve --demo &
shop=$!
wait "$shop"
