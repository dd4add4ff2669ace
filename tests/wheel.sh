#!/bin/sh
# Builds the wheel, installs it outside the clone into a new environment that has only the declared dependencies,
# and runs the contract tests against the mock there.
set -eu
: "${PYTHON:=python3}" "${BIN:=.venv/bin}"
clone=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$clone/$BIN/python" -m hatchling build -t wheel -d "$work" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"$PYTHON" -m venv --without-pip "$work/venv"
"$clone/$BIN/python" -m pip --disable-pip-version-check -q --python "$work/venv/bin/python" install --no-index --no-deps "$work"/*.whl
"$clone/$BIN/python" tests/link_dependencies.py "$work/venv" "$work"/*.whl
cd "$work"
"$work/venv/bin/mockserver" --version
"$work/venv/bin/contract-tests" --report "$clone/reports/wheel"
