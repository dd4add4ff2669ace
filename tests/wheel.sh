#!/bin/sh
# Builds the wheel, installs it alone into a new environment outside the clone, and has the suite judge the mock there.
set -eu
: "${PYTHON:=python3}" "${BIN:=.venv/bin}"
clone=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
"$clone/$BIN/python" -m build --wheel --outdir "$work" "$clone" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/python" -m pip --disable-pip-version-check -q install -c "$clone/constraints.txt" "$work"/*.whl
cd "$work"
"$work/venv/bin/mockserver" --version
"$work/venv/bin/contract-tests" --report "$clone/reports/wheel"
