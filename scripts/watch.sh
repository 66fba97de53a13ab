#!/usr/bin/env bash
# `make watch`: serves the demo shop with cargo-leptos, which rebuilds and reloads on every change,
# and the sandbox beside it.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/sandbox.sh
. scripts/sandbox.sh

scripts/setup.sh watch
{ read -r target && read -r _; } < <(scripts/layout.mjs)

# It stays as it is: what changes all day is the shop.
step 'Building the sandbox'
cargo build --package server --bin sandbox

# A target directory of its own: cargo-leptos compiles Leptos for reloading, and cargo would take
# that for the crate that `make run` and `make test` need. And a site of its own: theirs is
# compressed beforehand, and what is compressed would be stale.
export CARGO_TARGET_DIR=target/watch LEPTOS_SITE_ROOT=target/watch/site
export MADANG_SITE_ROOT=$LEPTOS_SITE_ROOT
# cargo-leptos looks for a program named like the package.
export LEPTOS_BIN_EXE_NAME=madang
# The page reloads from where the server listens.
export LEPTOS_SITE_ADDR=${MADANG_ADDR:-127.0.0.1:8080}

# cargo-leptos copies the one style sheet it knows, with its @imports as they are: the browser finds
# them beside it, put back whenever cargo-leptos has emptied the folder.
lay_styles() {
  while sleep 1; do
    [[ ! -d $LEPTOS_SITE_ROOT/pkg || -e $LEPTOS_SITE_ROOT/pkg/base.css ]] && continue
    for part in style/*; do
      [[ $part == style/main.css ]] || ln -sfn "$root/$part" "$LEPTOS_SITE_ROOT/pkg/"
    done
  done
}
lay_styles &
trap 'sandbox_stop; kill %1' EXIT

sandbox_start "$target/debug/sandbox"
cargo leptos watch -- serve --demo
