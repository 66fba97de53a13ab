#!/usr/bin/env bash
# `make openapi`: writes docs/openapi.json anew, as the handlers say it.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/setup.sh bench
{ read -r target && read -r _; } < <(scripts/layout.mjs)

step 'Building the server'
# As `make test` does, so that neither builds the dependencies of the other anew.
cargo build --workspace --bins --tests

"$target/debug/madang" openapi >docs/openapi.json
step "$(node -p 'Object.keys(require("./docs/openapi.json").paths).length') paths in docs/openapi.json"
