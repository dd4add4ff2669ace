# Everything from a bare Python 3.11 or newer: `make mock`, `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check -q
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help mock test lint unit contract wheel spec bench clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -U pip -c constraints.txt
	$(PIP) install -c constraints.txt -e . --group dev
	@touch $@

mock: $(VENV)/ready  ## start the mock (ARGS="--port 5000" and the like)
	@exec $(BIN)/mockserver mock $(ARGS)

# What keeps one core busy goes side by side; the unit tests then have both.
test: $(VENV)/ready  ## everything that must pass
	@$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),-Otarget) lint spec contract wheel
	@$(MAKE) --no-print-directory unit

lint: $(VENV)/ready  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

spec: $(VENV)/ready  ## the contract is what the pages give
	$(BIN)/python -m spec.builder --check

unit: $(VENV)/ready  ## the tests of this tool
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 15 tests

contract: $(VENV)/ready  ## the contract suite against the mock of this clone
	$(BIN)/contract-tests --report reports/clone

wheel: $(VENV)/ready  ## the same against the mock run from the built wheel
	PYTHON=$(PYTHON) BIN=$(BIN) sh tests/wheel.sh

bench: $(VENV)/ready  ## side by side with peers and limits; writes bench/README.md (about 25 minutes)
	$(PIP) install -c constraints.txt --group bench
	$(BIN)/python -m bench $(ARGS)

clean:  ## remove what was made
	rm -rf $(VENV) dist build reports .pytest_cache .mypy_cache .ruff_cache .hypothesis
