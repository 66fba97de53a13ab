#!/usr/bin/env bash
# setup.sh run|test|watch|site|sqlx|bench|fuzz: installs what is missing for that, one line said for each.
# Says nothing when nothing is missing. Debian and Ubuntu; elsewhere it names what to install.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

purpose=${1:?run, test, watch, site, sqlx, bench or fuzz}
wasm_target=wasm32-unknown-unknown
cargo_leptos_version=0.3.7

at_least() { # at_least WANTED FOUND
  [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

# --- What is not ours to install ---------------------------------------------------------------

require_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null || die "Rust is missing. Install Rust $wanted or later with rustup: https://rustup.rs"
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$wanted" "$found" || die "Rust $wanted or later is needed, this is $found. Run: rustup update stable"
}

require_node() {
  local found
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    die 'Node is missing. Install Node 20 or later, with npm: https://nodejs.org'
  fi
  found=$(node -p process.versions.node)
  at_least 20 "$found" || die "Node 20 or later is needed, this is $found: https://nodejs.org"
}

# --- System packages ---------------------------------------------------------------------------

packages=() # of Debian and Ubuntu
things=()   # the same for people

want() { # want "PACKAGE..." THING
  # shellcheck disable=SC2206 # one word for each package
  packages+=($1)
  things+=("$2")
}

join() { # join SEPARATOR WORD...
  local separator=$1 joined=$2
  shift 2
  printf '%s' "$joined" "${@/#/$separator}"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

may_be_root() {
  # sudo may ask for a password only where somebody can answer.
  ((EUID == 0)) || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }
}

# What packages have to tell while they are set up is only of interest when it goes wrong. Without
# what they recommend: that goes as far as a mail server.
apt() {
  local log
  log=$(mktemp)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    -qq --yes --no-install-recommends "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    die "apt-get $* failed"
  fi
  rm -f "$log"
}

install_packages() {
  ((${#packages[@]})) || return 0
  local missing
  missing=$(join ', ' "${things[@]}")
  command -v apt-get >/dev/null ||
    die "install these, then run this again: $missing"
  may_be_root ||
    die "missing: $missing, and no root or sudo to install it. As root: apt-get install ${packages[*]}"

  apt update
  local candidate
  candidate=$(apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p')
  if [[ " ${packages[*]} " == *' postgresql '* ]] && ((${candidate:-0} < pg_oldest)); then
    die "PostgreSQL $pg_oldest or later is needed, the packages of this system have ${candidate:-none}." \
      'Add the packages of the PostgreSQL project (https://www.postgresql.org/download/) and install' \
      'one of its newer versions, for example: apt-get install postgresql-17'
  fi
  local how=''
  ((EUID == 0)) || how=' with sudo'
  step "Installing $missing$how: apt-get install ${packages[*]}"
  apt install "${packages[@]}"
}

# --- Rust ---------------------------------------------------------------------------------------

install_wasm_target() {
  [[ -d $(rustc --print sysroot)/lib/rustlib/$wasm_target ]] && return
  command -v rustup >/dev/null ||
    die "Rust's target $wasm_target is missing, and rustup is not here to add it"
  step "Installing Rust's target $wasm_target"
  rustup --quiet target add $wasm_target
}

install_component() { # install_component NAME PROGRAM
  "$2" --version >/dev/null 2>&1 && return
  command -v rustup >/dev/null || die "$1 is missing, and rustup is not here to add it"
  step "Installing $1"
  rustup --quiet component add "$1"
}

# A tool is built once and used for a moment: the cheapest build is the best one.
cargo_install() {
  # Its intermediate files are of no more use, so they do not go to the project's target directory.
  env --unset=CARGO_TARGET_DIR \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install --quiet --force --root "$tools" "$@"
}

# Speaks a private protocol with the crate: the versions must be the same.
install_wasm_bindgen() {
  local version
  version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)
  [[ $(wasm-bindgen --version 2>/dev/null) == "wasm-bindgen $version" ]] && return
  step "Installing wasm-bindgen $version into $tools (takes some minutes, once)"
  cargo_install wasm-bindgen-cli --version "$version"
}

install_cargo_leptos() {
  [[ $(cargo-leptos --version 2>/dev/null) == "cargo-leptos $cargo_leptos_version" ]] && return
  step "Installing cargo-leptos $cargo_leptos_version into $tools (takes ten minutes and more, once)"
  cargo_install cargo-leptos --version $cargo_leptos_version --locked
}

# --- Node ---------------------------------------------------------------------------------------

install_node_modules() { # install_node_modules DIRECTORY WHAT
  # npm leaves a copy of the lock file behind once it is done.
  [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]] && return
  step "Installing $2"
  # The browser is Chromium from the system, not Playwright's own download.
  (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
    npm ci --no-audit --no-fund --loglevel=error </dev/null >/dev/null)
}

# --- Python -------------------------------------------------------------------------------------

install_schemathesis() {
  local target venv
  read -r target < <(scripts/layout.mjs)
  venv=$target/schemathesis
  # The list is copied once all of it is there; a newer Python leaves the old environment without one.
  cmp -s scripts/api/requirements.txt "$venv/requirements.txt" && "$venv/bin/python" -c '' 2>/dev/null && return
  step "Installing Schemathesis into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/api/requirements.txt
  cp scripts/api/requirements.txt "$venv/"
}

# --- Chromium -----------------------------------------------------------------------------------

want_chromium() {
  scripts/chromium.sh >/dev/null && return
  # Ubuntu's package is only a door to a snap, which a container cannot run: see below.
  grep -qs '^ID=ubuntu' /etc/os-release || want 'chromium-headless-shell fonts-liberation' Chromium
}

install_playwright_chromium() {
  scripts/chromium.sh >/dev/null && return
  may_be_root || die 'Chromium is missing, and no root or sudo here. Install chromium-headless-shell, chromium or google-chrome'
  step "Installing Playwright's Chromium, as this system has no package of it"
  (cd end2end && npx --no-install playwright install --with-deps chromium >/dev/null) ||
    die 'Chromium is missing. Install chromium-headless-shell, chromium or google-chrome'
}

# ------------------------------------------------------------------------------------------------

require_rust
require_node

command -v cc >/dev/null || want build-essential "a C compiler and linker (cc)"
if [[ $purpose != site ]]; then
  pg_bin >/dev/null || want postgresql "PostgreSQL $pg_oldest or later"
fi
case $purpose in
  test | fuzz)
    command -v curl >/dev/null || want curl curl
    python3 -c 'import ensurepip, venv' 2>/dev/null || want 'python3 python3-venv' 'Python with venv'
    ;;
esac
if [[ $purpose == test ]]; then
  command -v jq >/dev/null || want jq jq
  want_chromium
fi
install_packages

case $purpose in
  run | test | watch | site)
    install_wasm_target
    install_wasm_bindgen
    ;;
esac
case $purpose in
  run | test | site) install_node_modules . 'the tools that build the site (npm)' ;;
esac
case $purpose in
  test | sqlx) install_component clippy cargo-clippy ;;
esac
case $purpose in
  watch) install_cargo_leptos ;;
  test)
    install_component rustfmt rustfmt
    install_node_modules end2end 'Playwright (npm)'
    install_playwright_chromium
    ;;
esac
case $purpose in
  test | fuzz) install_schemathesis ;;
esac
