#!/usr/bin/env bash
# `make run`: sets up, builds, serves the demo shop. Again at will: what is up to date is skipped.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh run
{ read -r target && read -r site; } < <(scripts/layout.mjs)

step 'Building the server'
cargo build --release --package server
step 'Building the site'
scripts/build-site.mjs

# The server's own default is only right for cargo's default target directory.
export MADANG_SITE_ROOT=${MADANG_SITE_ROOT:-$site}
exec "$target/release/madang" serve --demo
