# The stamps live in .venv, so that removing it is enough to start over.
# `make run` and `make test` need python3.11+, make and git; they set up the rest by themselves.
PY    ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
           $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYV   := $(shell $(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
BIN   := .venv/bin
S     := .venv/.stamps
WEB   := package.json package-lock.json .npmrc tsconfig.base.json hatch_build.py \
         $(shell find ui widget console -name node_modules -prune -o \( -type f -o -type d \) -print)
CODE  := acd tests tools $(wildcard bench) hatch_build.py
ARGS  ?=

ifeq ($(PYV),)
$(error Python 3.11 or newer is needed: install python3.11, or say `make PY=/path/to/python`)
endif

export PIP_DISABLE_PIP_VERSION_CHECK := 1
MAKEFLAGS += -j2 # the front-end is built while Python's packages are installed

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run setup static test test-long mutations coverage check format bench peers lock clean

help:           ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: setup      ## set up, then serve the demo at http://127.0.0.1:8080
	@exec $(BIN)/acd demo $(ARGS)

setup: $(S)/run acd/static/build.json ## what `run` needs, without running

static: acd/static/build.json ## build the front-end into acd/static/

test: $(S)/dev acd/static/build.json peers ## set up, then run every test but the long ones
	$(BIN)/python -m pytest -n logical --maxprocesses=4 -m 'not long' $(ARGS)

test-long: $(S)/dev acd/static/build.json peers ## the tests that take minutes, and the image
	$(BIN)/python -m pytest -m long $(ARGS)
	$(MAKE) coverage
	$(BIN)/python tools/mutations.py
	tools/dockerfile-check.sh

mutations: $(S)/dev ## break the routing scripts one way at a time; the tests notice each
	$(BIN)/python tools/mutations.py $(ARGS)

coverage: $(S)/dev ## every branch of the domain, the strategies and the model is run
	@mkdir -p .pytest_cache
	$(BIN)/python -m coverage run -m pytest -m 'not long' tests/unit tests/integration/routing
	$(BIN)/python -m coverage report --fail-under=100

check: $(S)/dev ## style, types, floors, locks
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py --check
	@! grep -nE '"resolved": "[a-z+]*:' package-lock.json
	@! grep -nE '://|--(extra-)?index|--find-links' requirements/*.lock
	$(BIN)/python -m pip check

format: $(S)/dev ## let ruff repair what it can
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(S)/dev acd/static/build.json ## measure; prints tables, writes bench/out/latest.json
	$(BIN)/python -m bench $(ARGS)

peers:          ## Debian, as root: install the programs the tests talk to
	@tests/install-peers.sh

lock:           ## renew requirements/*.lock (ARGS=--upgrade)
	tools/lock.sh $(ARGS)

clean:          ## back to a fresh clone; keeps your data
	rm -rf .venv node_modules */node_modules acd/static dist .frontend.lock \
	    .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find acd tests tools bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(S)/build: requirements/pip.lock requirements/build.lock tools/bootstrap.py
	@$(PY) tools/bootstrap.py requirements/pip.lock requirements/build.lock
	@mkdir -p $(@D) && touch $@

$(S)/run: requirements/run.lock pyproject.toml $(S)/build
	@$(PY) tools/bootstrap.py --editable requirements/run.lock
	@touch $@

$(S)/dev: requirements/dev.lock $(S)/run
	@$(PY) tools/bootstrap.py requirements/dev.lock
	@touch $@

# By time first, by content second: the same sources are not built twice.
acd/static/build.json: $(WEB) $(S)/build
	@$(BIN)/python hatch_build.py
	@touch $@
