#!/bin/sh
# Runs a command with Node 20.19 or newer: the machine's, else that of the wheel, which is put into .venv-node once.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
suited='const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
if ! { command -v npm && node -e "$suited"; } >/dev/null 2>&1; then
    home=$root/.venv-node
    if ! cmp -s "$root/requirements-web.lock" "$home/ready"; then
        echo "Fetching Node for the web client (once)" >&2
        "$root/.venv/bin/python" -m venv --clear "$home"
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$root/requirements-web.lock"
        cp "$root/requirements-web.lock" "$home/ready"
    fi
    PATH="$home/bin:$PATH"
fi
exec "$@"
