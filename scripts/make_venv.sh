#!/bin/sh
# Make the virtual environment $1 where there is none, and install swf with the extras $2, if any, into it.
# PYTHON names the interpreter; without it the first one that is new enough is taken.
set -eu

venv=$1
extras=${2:-}

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

complete() {
    # Debian and Ubuntu ship the standard library's venv without what puts pip into it.
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    chosen=
    bare=
    for python in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14 python3.15 python}; do
        fits "$python" || continue
        if complete "$python"; then
            chosen=$python
            break
        fi
        bare=${bare:-$python}
    done
    if [ -z "$chosen" ] && [ -n "$bare" ]; then
        echo "$bare cannot make virtual environments: it lacks ensurepip." >&2
        echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    if [ -z "$chosen" ]; then
        echo "No Python 3.11 or later was found (looked for: ${PYTHON:-python3, python3.11 … 3.15, python})." >&2
        echo "Install one, or name it: make PYTHON=/path/to/python3.11 …" >&2
        exit 1
    fi
    echo "$("$chosen" --version) -> $venv"
    "$chosen" -m venv --clear "$venv"
fi

"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".${extras:+[$extras]}"
