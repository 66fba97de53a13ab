# shellcheck shell=bash
# Sourced first by every script: where things are, and one way to speak.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Built once for all clones of the repository.
tools=${XDG_CACHE_HOME:-$HOME/.cache}/madang/tools

PATH=$tools/bin:$root/node_modules/.bin:$PATH
# A shell opened before rustup was installed does not know it yet.
command -v cargo >/dev/null || PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
export PATH

step() { printf '==> %s\n' "$*"; }

die() {
  printf 'Stopped: %s\n' "$*" >&2
  exit 1
}
