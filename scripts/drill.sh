#!/usr/bin/env bash
# `make drill`: sets up, builds, kills the shop at random moments under a stream of orders while its
# neighbors misbehave, and looks whether all that was promised has happened. Arguments go to the
# drill: `make drill ARGS='--seed 7'` draws the same again.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh bench
{ read -r target && read -r _; } < <(scripts/layout.mjs)

step 'Building the server, the sandbox and the drill'
cargo build --release --package server --package bench

# The drill stops all that it starts, on Ctrl-C too.
exec "$target/release/drill" --program "$target/release/madang" --sandbox "$target/release/sandbox" "$@"
