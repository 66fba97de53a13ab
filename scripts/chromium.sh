#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests, or fails. The one without windows comes first:
# it takes a fraction of the time.
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" && exit
done

# Playwright's own build, where the system has no package.
own=$(node -p 'require("./end2end/node_modules/playwright-core").chromium.executablePath()' 2>/dev/null) || exit 1
[[ -x $own ]] && printf '%s\n' "$own"
