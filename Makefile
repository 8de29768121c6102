# Everything that is done with this project, one word each. `make` lists the words.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 5000
SCALE ?= 1
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
DEMO := KB_DEMO=1

.DEFAULT_GOAL := help
.PHONY: help run test test-postgresql check types lint imports prove bench lock wheel clean

help: ## list these words
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: $(VENV)/installed ## set up, load the seed and serve http://127.0.0.1:5000 with a worker
	@$(DEMO) $(BIN)/kb run --port $(PORT) --with-seed --with-worker

test: $(VENV)/developing ## set up and run all tests, and on PostgreSQL those in which databases differ
	@$(BIN)/python -m tests.run

test-postgresql: $(VENV)/developing ## run the tests of every service once more, on PostgreSQL
	@$(BIN)/python -m tests.run --again-on-postgresql

check: types lint imports ## types, lint and import direction

types: $(VENV)/developing ## mypy, strict
	@$(BIN)/mypy

lint: $(VENV)/developing ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

imports: $(VENV)/developing ## imports point down
	@$(BIN)/lint-imports

prove: $(VENV)/developing ## the kill, race and fuzz trials at full size (SCALE=0.02 for a look)
	@$(BIN)/python -m tests.trials.run --scale $(SCALE)

bench: $(VENV)/developing ## every benchmark, one figure a line
	@for one in benchmarks/*.py; do $(BIN)/python $$one; done

wheel: $(VENV)/installed ## build a wheel that needs neither Node nor this folder
	@$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock: $(VENV)/developing ## pin every dependency with hashes, after a change of pyproject.toml
	@$(BIN)/python -m tests.lock

clean: ## remove what was installed and built; the data in var/ stays
	rm -rf $(VENV) dist node_modules static/vendor

$(VENV)/installed: requirements.txt pyproject.toml package-lock.json hatch_build.py
	@echo "Setting up Python packages in $(VENV) (about a minute, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) -r requirements.txt
	@command -v npm >/dev/null || $(PIP) -r requirements-node.txt
	@echo "Building the stylesheet ..."
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/developing: $(VENV)/installed requirements-dev.txt
	@echo "Setting up the tools for tests ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@
