# The desk of the Servicio de Orientación para el Migrante. `make help` lists what can be made.
# Needs Python 3.11 or newer with venv; no root. A certain interpreter: make demo PYTHON=/path/to/python3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

# Install one list of pinned packages and the project itself: $(call install,LIST)
define install
	@echo "Installing the packages of requirements/$(1).txt; the first time takes a minute or two."
	@{ $(BIN)/python -m pip install --require-hashes -r requirements/$(1).txt; echo $$? > $(VENV)/.pip; } | \
	while read -r verb package rest; do \
		case "$$verb" in Collecting) echo "  $$package";; ERROR:*) echo "$$verb $$package $$rest";; esac; \
	done; \
	test "$$(cat $(VENV)/.pip)" = 0 || { echo "make: the packages could not be installed (see above)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

.PHONY: help demo test check bench trials clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1#\2/p' $(MAKEFILE_LIST) | while IFS='#' read -r name says; do \
		printf '%-12s %s\n' "$$name" "$$says"; done

demo: $(VENV)/.demo ## the main job on sample letters: real servers on loopback, the real daemon, the queue
	@$(BIN)/som demo

test: $(VENV)/.test ## every test that needs no root
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.check ## format, lint, types, floors and tests, as the automatic check runs them
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2

bench: $(VENV)/.test ## the measurements: intake and sending beside bare loops, due dates, replies, triage, a month's report
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.outbox
	$(BIN)/python -m bench.due_csv
	$(BIN)/python -m bench.suggest
	$(BIN)/python -m bench.sweep 10000 100000
	$(BIN)/python -m bench.triage
	$(BIN)/python -m bench.report

trials: $(VENV)/.test ## the long measurements: a simulated year, a million cases and journal entries, triage from hand to hand
	$(BIN)/python -m bench.year
	$(BIN)/python -m bench.proof
	$(BIN)/python -m bench.queue
	$(BIN)/python -m bench.triage_cross

clean: ## remove what these commands made: .venv, the demo's folder, caches
	rm -rf $(VENV) .demo build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.demo: requirements/demo.txt pyproject.toml $(BIN)/python
	$(call install,demo)

$(VENV)/.test: requirements/test.txt pyproject.toml $(BIN)/python
	$(call install,test)
	@touch $(VENV)/.demo

$(VENV)/.check: requirements/check.txt pyproject.toml $(BIN)/python
	$(call install,check)
	@touch $(VENV)/.demo $(VENV)/.test

# A link to the machine's own Python: once that is upgraded, the packages are looked over again.
$(BIN)/python:
	@for python in $(CANDIDATES); do \
		"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$("$$python" --version)."; \
		"$$python" -m venv --clear $(VENV) && exit 0; \
	done; \
	echo "make: no Python 3.11 or newer with venv found (tried: $(CANDIDATES)); on Debian: apt-get install python3-venv" >&2; \
	exit 1
