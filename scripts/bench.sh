#!/usr/bin/env bash
# `make bench`: sets up, builds, places orders over HTTP under load, and prints one table. Arguments
# go to the bench: `scripts/bench.sh --help` lists them. BENCH_PROFILE=dev tries it with what
# `cargo build` leaves; the numbers are worth nothing then.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

profile=${BENCH_PROFILE:-release}

scripts/setup.sh bench
{ read -r target && read -r _; } < <(scripts/layout.mjs)

step 'Building the server and the bench'
cargo build --profile "$profile" --package server --package bench

# The bench stops all that it starts, on Ctrl-C too.
[[ $profile != dev ]] || profile=debug
exec "$target/$profile/bench" --program "$target/$profile/madang" "$@"
