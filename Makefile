# Every target makes its environment by itself, from the hashed locks. Needed beforehand: Python 3.11+, make, git.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help up dev demo test test-postgres test-sqlite test-browser check lint types architecture migrations \
        bench chaos coverage gallery lock vendor clean

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
PYTEST_ARGS ?=
# How many processes run tests: one more than two cores, since one mostly waits for what it has started.
TEST_PROCESSES ?= 3
CHAOS_PROCESSES ?= 4
ROUNDS ?= 10
NEWEST_PYTHON := for each in "$${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do \
    [ -n "$$each" ] && "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$each"; break; }; \
    done || true

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

up: $(RUNTIME) ## everything on this machine: database, Redis, web, witness, workers; Ctrl-C ends it
	@exec $(BIN)/conductor up

dev: $(DEV) ## the same, with debug pages
	@DEBUG=true exec $(BIN)/conductor up

demo: $(RUNTIME) ## run the examples end to end, headless
	@exec $(BIN)/conductor demo

test: test-postgres test-sqlite test-browser ## the whole suite: PostgreSQL and Redis, then SQLite, then a browser

test-postgres: $(DEV)
	$(PYTEST) -n $(TEST_PROCESSES) -m "not browser" $(PYTEST_ARGS)

test-sqlite: $(DEV)
	CONDUCTOR_TEST_DATABASE=sqlite $(PYTEST) -n $(TEST_PROCESSES) \
	    -m "not browser and not faults and not fuzz" $(PYTEST_ARGS)

test-browser: $(DEV)
	@if command -v chromium chromium-browser google-chrome >/dev/null; then \
	    DJANGO_ALLOW_ASYNC_UNSAFE=true $(PYTEST) -m browser $(PYTEST_ARGS); \
	else \
	    printf '\n%s\n%s\n\n' '*** THE BROWSER LEG WAS NOT RUN: no chromium on this machine. ***' \
	        '*** Debian: apt-get install chromium. The pages are untested until then. ***'; \
	fi

check: lint types architecture migrations test ## exactly what continuous integration runs

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

architecture: $(DEV)
	$(PYTEST) -q tests/test_architecture.py tests/test_no_hosts.py

migrations: $(DEV)
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

chaos: $(DEV) ## the fault tests at full timing, ROUNDS times, then a long fuzz of the API
	@failed=; \
	for round in $$(seq $(ROUNDS)); do \
	    echo "== round $$round of $(ROUNDS)"; \
	    CONDUCTOR_TIME_SCALE=1 CONDUCTOR_CHAOS_ROUND=$$round $(PYTEST) -n $(CHAOS_PROCESSES) -m faults $(PYTEST_ARGS) \
	        || failed="$$failed $$round"; \
	done; \
	CONDUCTOR_FUZZ_CASES=$${CONDUCTOR_FUZZ_CASES:-10000} $(PYTEST) -m fuzz $(PYTEST_ARGS) || failed="$$failed fuzz"; \
	if [ -n "$$failed" ]; then echo "*** failed:$$failed ***"; exit 1; fi

COVERED := --cov=campaigns.engine --cov=campaigns.actions --cov=campaigns.transitions

coverage: $(DEV) ## branches of engine, actions and transitions that their own tests take; fails under 90 %
	$(PYTEST) $(foreach package,actions engine transitions,tests/campaigns/$(package)) \
	    $(COVERED) --cov-branch --cov-report= $(PYTEST_ARGS)
	$(BIN)/python scripts/branches.py

bench: $(DEV) ## precision and recall of the audit; speed against bare RQ, PostgreSQL and sockets on this machine
	$(BIN)/python -m benchmarks

gallery: $(DEV) ## write docs/gallery anew: what the built-in makers make of examples/briefs
	$(BIN)/python scripts/posters.py
	$(BIN)/python scripts/gallery.py

lock: $(DEV) ## write the locks anew from pyproject.toml
	$(PIP) install -qq 'uv~=0.13.8'
	$(BIN)/uv pip compile $(LOCK_FLAGS) pyproject.toml --extra install -o requirements.txt
	$(BIN)/uv pip compile $(LOCK_FLAGS) pyproject.toml --extra install --extra dev -c requirements.txt -o requirements-dev.txt

LOCK_FLAGS := -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

vendor: $(DEV) ## fetch the front-end files anew (needs npm)
	$(BIN)/python scripts/vendor.py

clean: ## remove the environment and caches; state in CONDUCTOR_HOME stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info

$(BIN)/python:
	@python=$$($(NEWEST_PYTHON)); \
	[ -n "$$python" ] || { echo 'conductor: Python 3.11 or later is needed (set PYTHON=/path/to/it).' >&2; exit 1; }; \
	"$$python" -m venv $(VENV) || { echo 'conductor: Python cannot make an environment (Debian: apt-get install python3-venv).' >&2; exit 1; }

# The locks are complete, so nothing is resolved again: older versions of pip would take newer releases for extras.
$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@echo 'Installing the pinned packages ...'
	@$(PIP) install -qq --require-hashes --no-deps -r requirements.txt
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo 'Installing the pinned development packages ...'
	@$(PIP) install -qq --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
