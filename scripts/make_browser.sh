#!/bin/sh
# Have a Chromium for the tests of pages: the machine's own, or Debian's package where that may be installed.
# Without one the tests of the browser are skipped, and say so.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "chromium: installing Debian's package"
    export DEBIAN_FRONTEND=noninteractive
    install="apt-get install -y -q --no-install-recommends chromium"
    if $install >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && $install >/dev/null; }; then
        exit 0
    fi
fi

echo "chromium: is not here and cannot be installed; tests in a browser are SKIPPED" >&2
