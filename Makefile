# Needs only Python 3.11 or newer. Start with `make mock`; contributors run `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check -q
ARGS   ?=

# Without cached bytecode, each of the many processes that the tests start would compile the source anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help mock test lint unit thorough contract wheel spec bench chaos hostile mutation clients conformance differential real-servers first-steps docs clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is required. Choose one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -U pip -c constraints.txt
	$(PIP) install -c constraints.txt -e '.[contract-tests]' --group dev
	@touch $@

mock: $(VENV)/ready  ## start the mock; pass flags with ARGS="--port 5000"
	@exec $(BIN)/mockserver mock $(ARGS)

# These four use one core each and run in parallel; the unit tests then use all cores: three processes, since many tests wait.
test: $(VENV)/ready  ## run all checks and tests but those of `make thorough`
	@$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),-Otarget) lint spec contract wheel
	@$(MAKE) --no-print-directory unit

lint: $(VENV)/ready  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

spec: $(VENV)/ready  ## check that the contract is up to date with its pages
	$(BIN)/python -m spec.builder --check

unit: $(VENV)/ready  ## run the unit tests
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations 15 -m "not thorough" tests

thorough: $(VENV)/ready  ## run the unit tests that take seconds each: whole runs of the contract test suite (about a minute)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m thorough tests

contract: $(VENV)/ready  ## run the contract test suite against the mock
	$(BIN)/contract-tests --report reports/clone

wheel: $(VENV)/ready  ## run the contract test suite against the mock from the built wheel
	PYTHON=$(PYTHON) BIN=$(BIN) sh tests/wheel.sh

bench: $(VENV)/ready  ## measure performance and update bench/README.md (about 25 minutes)
	$(PIP) install -c constraints.txt --group bench
	$(BIN)/python -m bench $(ARGS)

hostile: $(VENV)/ready  ## attack a mock with malformed and oversized requests beside normal traffic (ARGS="--seconds 60")
	$(BIN)/python -m bench.hostile $(ARGS)

chaos: $(VENV)/ready  ## kill mocks and stores under load: is a write lost, or a read old? (ARGS="--calls 20000 --only sqlite")
	$(BIN)/python -m bench.chaos $(ARGS)

mutation: $(VENV)/ready  ## change the code in 200 places, one at a time: do the unit tests fail? (ARGS="--seed 1")
	$(PIP) install -c constraints.txt --group mutation
	$(BIN)/python -m tests.mutants $(ARGS)

clients: $(VENV)/ready  ## run real SDKs against the mock and update docs/clients.md (ARGS="--only stripe" runs one)
	$(BIN)/python -m tests.clients $(ARGS)

conformance: $(VENV)/ready  ## send JSON-Schema-Test-Suite through the mock and update docs/conformance.md (ARGS="--only ref.json")
	$(BIN)/python -m tests.conformance $(ARGS)

differential: $(VENV)/ready  ## compare three verdicts on 50,000 drawn schemas (ARGS="--draws 1000")
	$(BIN)/python -m tests.conformance.differential $(ARGS)

real-servers: $(VENV)/ready  ## check real servers from Debian, PyPI and npm and update docs/judge.md (ARGS="--only powerdns")
	$(BIN)/python -m tests.real_servers $(ARGS)

docs: $(VENV)/ready  ## build the documentation site into build/docs, and check every link between its pages
	$(PIP) install -c constraints.txt --group docs
	$(BIN)/python -m docs.reference
	$(BIN)/python -m sphinx -q -E -n -W --keep-going -c docs -b dirhtml . build/docs
	@echo "build/docs/docs/index.html"

first-steps: $(VENV)/ready  ## install and start everything in empty folders: uvx, pipx, pip, the README, npm, Playwright (ARGS="--only npx")
	$(BIN)/python -m tests.first_steps $(ARGS)

clean:  ## remove generated files
	rm -rf $(VENV) dist build reports .pytest_cache .mypy_cache .ruff_cache .hypothesis
