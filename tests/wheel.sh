#!/bin/sh
# Builds the wheel and installs it outside the clone, with pip and without an index: into one environment that has only
# the dependencies of the mock server, and into another that also has those of the extra.
set -eu
: "${PYTHON:=python3}" "${BIN:=.venv/bin}"
clone=$(pwd)
work=$(mktemp -d)
mock=
trap 'kill $mock 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
"$clone/$BIN/python" -m hatchling build -t wheel -d "$work" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
wheel=$(echo "$work"/*.whl)

install() {  # VENV [EXTRA]: pip refuses a wheel whose dependencies are not there
  "$PYTHON" -m venv --without-pip "$work/$1"
  "$clone/$BIN/python" tests/link_dependencies.py "$work/$1" "$wheel" ${2:-}
  "$clone/$BIN/python" -m pip --disable-pip-version-check -q --python "$work/$1/bin/python" \
    install --no-index "$wheel${2:+[$2]}"
}
install light
install full contract-tests
"$clone/$BIN/python" -m bench.docs_pages --vendor "$work/town/pages" >/dev/null
cd "$work"

# A folder of 50 pages of a vendor: from `init` to a contract that the mock serves.
full/bin/docs-to-openapi init town/pages --folder town >said || { cat said; exit 1; }
grep -q "48 operations on 42 paths from 50 pages" said || { cat said; exit 1; }
full/bin/docs-to-openapi check --folder town
: >town.log  # the process beside this one may begin later than the next line
full/bin/mockserver mock town/openapi.yaml --port 0 --log-format json >town.log & mock=$!
full/bin/python - town.log <<'END'
import http.client, json, sys, time
for _ in range(600):
    if (line := open(sys.argv[1]).readline()).endswith("\n"):
        break
    time.sleep(0.05)
mock = http.client.HTTPConnection(json.loads(line)["url"].removeprefix("http://"), timeout=30)
parcel = {"recipient": "Ann", "weight": 2, "address": {"street": "Quay 1", "city": "Harbour"}}
headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
mock.request("POST", "/v1/north/parcels", json.dumps(parcel), headers)
answer = mock.getresponse()
created = json.loads(answer.read())
assert answer.status == 201, created
mock.request("GET", "/v1/north/parcels", headers=headers)
listed = json.loads(mock.getresponse().read())
assert created["id"] in [each["id"] for each in listed], listed
END
kill $mock

# Without the extra: the mock runs, and the other command says what to install.
light/bin/mockserver --version
: >light.log  # the process beside this one may begin later than the next line
light/bin/mockserver mock --port 0 --log-format json >light.log & mock=$!
light/bin/python - light.log <<'END'
import http.client, json, sys, time
for _ in range(600):
    if (line := open(sys.argv[1]).readline()).endswith("\n"):
        break
    time.sleep(0.05)
mock = http.client.HTTPConnection(json.loads(line)["url"].removeprefix("http://"), timeout=30)
for path in ("/__mock__/docs/", "/__mock__/openapi.json"):
    mock.request("GET", path)
    answer = mock.getresponse()
    assert answer.read() and answer.status == 200, path
from importlib.util import find_spec
extra = [name for name in ("schemathesis", "hypothesis", "pytest", "requests") if find_spec(name)]
assert not extra, f"the mock alone comes with {extra}"
END
kill $mock
code=0
light/bin/contract-tests >said 2>&1 || code=$?
if [ $code != 2 ] || ! grep -q "pip install 'flashback-mock\[contract-tests\]'" said; then cat said; exit 1; fi

full/bin/contract-tests --report "$clone/reports/wheel"
