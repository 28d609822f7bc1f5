#!/bin/bash
# Writes requirements/*.lock: every dependency for every platform, pinned, with hashes, and with no word about where
# it comes from (the installer's own configuration decides). Developers only; `make lock [ARGS=--upgrade]`.
#   run.lock    what the server needs
#   dev.lock    run.lock plus the tests' and the checks' tools
#   build.lock  what builds the wheel and the front-end
#   pip.lock    what installs the others
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    "${PY:-python3}" -m venv "$tools"
    "$tools/bin/pip" install -q uv
    PATH=$tools/bin:$PATH
fi

compile() {
    # --universal matters: Debian's Python 3.11.2 needs async-timeout where 3.11.3 does not.
    # binary only: a source archive would be compiled, and may fetch, on the user's machine
    # but sippy, which is all Python and published as nothing else
    uv pip compile -q --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-binary sippy \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml -o requirements/run.lock "$@"
compile --group pyproject.toml:build -c requirements/run.lock -o requirements/build.lock "$@"
compile --group pyproject.toml:installer -o requirements/pip.lock "$@"
compile pyproject.toml --group pyproject.toml:test --group pyproject.toml:lint \
    -c requirements/run.lock -c requirements/build.lock -o requirements/dev.lock "$@"
# neither an address nor an index may have slipped in
if grep -nE '://|--(extra-)?index|--find-links' requirements/*.lock; then
    echo 'lock files must not name a registry' >&2
    exit 1
fi
