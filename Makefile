# `make demo` and `make test` do all of their own set-up: Python 3.11 or later is enough.
# Choose an interpreter with `make test PYTHON=python3.13`, a place with `VENV=/elsewhere`.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

PYTHON ?=
VENV ?= .venv
BENCH_VENV ?= .venv-bench
JUDGES_VENV ?= .venv-judges
AUDIT_VENV ?= .venv-audit
# The tests run in as many processes: three keep two cores busy, since much of their time is waiting.
PROCESSES ?= 3
BIN := $(VENV)/bin

.PHONY: help audit demo demo-ui test lint format types unit coverage browser fuzz docs bench crash chaos simulate replays nightly judges shapes clean

help: ## Show what can be made.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r target what; do printf '%-16s%s\n' "$$target" "$$what"; done

# In this order, whatever -j says: the quick checks first, pytest's closing line last.
test: lint types docs unit ## Check everything: lint, types, docs, tests.

# Killed half-way and made again, it goes on where it was: all it knows is in orders.db.
demo: $(VENV)/.demo ## Run an order-processing workflow, from registration to its history.
	$(BIN)/python -m examples.order_processing $(ARGS)

# Three hours of a small shop have passed when the pages open, and it goes on.
demo-ui: $(VENV)/.demo-ui ## Look at a small shop in the browser; ARGS=--still has its clock stand still.
	$(BIN)/python -m examples.demo_ui $(ARGS)

lint: $(VENV)/.test ## Check style and format (ruff).
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.test ## Put style and format right where that can be done by itself.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.test ## Check types (mypy and pyright, both strict).
	$(BIN)/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python

PYTEST = JUDGES_VENV="$(JUDGES_VENV)" $(BIN)/python -m pytest
ALL_TESTS = $(PYTEST) -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations=30
SAID = "failed beside all the others: these run once more, alone; one that passes now is to be mended, too"

# Processes, browsers and clocks share two cores here. What fails alone has failed.
unit: $(VENV)/.test $(JUDGES_VENV)/.judges browser ## Run the tests; what failed runs once more, alone.
	$(ALL_TESTS) $(ARGS) || { [ $$? -eq 1 ] && echo $(SAID) && $(PYTEST) -x --last-failed --last-failed-no-failures none $(ARGS); }

# It takes half as long again as the tests alone; what they start as processes is not measured.
coverage: $(VENV)/.test $(JUDGES_VENV)/.judges browser ## Run the tests; at least 95 % of the lines and branches must be covered.
	$(BIN)/python -m coverage erase
	$(ALL_TESTS) --cov --cov-report=term-missing:skip-covered $(ARGS)

browser: ## Have a Chromium for the tests of pages, where one can be had.
	@sh scripts/make_browser.sh

docs: $(VENV)/.test ## Build the documentation; a warning is an error.
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

fuzz: $(VENV)/.test ## Send a million requests, most broken somehow; FROM=seed goes on, REQUESTS=n.
	PYTHONPATH=.:tests $(BIN)/python -m fuzz --from $(or $(FROM),0) --requests $(or $(REQUESTS),1000000)

# Without ARGS it keeps what it measured: bench/results.json, docs/benchmarks/.
bench: $(BENCH_VENV)/.bench $(BENCH_VENV)/.prefect ## Measure every figure beside its peer, within half an hour; ARGS=name runs one.
	$(BENCH_VENV)/bin/python -m bench $(or $(ARGS),--minutes 22 --write)

crash: $(VENV)/.test ## Kill engines 5,000 times and see what is left; goes on where it was stopped.
	PYTHONPATH=tests $(BIN)/python -m crash_marathon $(ARGS)

chaos: $(VENV)/.test ## Kill deciders and workers 2,000 times under load; goes on where it was stopped.
	PYTHONPATH=.:tests $(BIN)/python -m chaos_marathon $(ARGS)

COUNT ?= 10000
FIRST ?= 0
simulate: $(VENV)/.test ## Simulate COUNT lives of the engine, from seed FIRST on (10,000 from 0).
	PYTHONPATH=.:tests $(BIN)/python -m simulation $(COUNT) $(FIRST)

replays: $(VENV)/.test ## Replay COUNT lives of random workflow programs, from seed FIRST on (10,000 from 0).
	PYTHONPATH=.:tests $(BIN)/python -m flow_replays $(COUNT) $(FIRST)

# What it has done is in .nightly/: stopped, it goes on there.
nightly: $(VENV)/.test $(JUDGES_VENV)/.judges browser ## Try all that chance may find, for HOURS (2), on JOBS cores (all); goes on where it was stopped.
	JUDGES_VENV="$(JUDGES_VENV)" PYTHONPATH=.:tests $(BIN)/python -m nightly --hours $(or $(HOURS),2) $(if $(JOBS),--jobs $(JOBS)) $(ARGS)

# JavaScript judges only here: not every machine has node.
judges: $(VENV)/.test $(JUDGES_VENV)/.judges ## Let the AWS CLI, simpleflow and JavaScript's SDK judge the server.
	JUDGES_VENV="$(JUDGES_VENV)" $(BIN)/python -m pytest tests/judges $(ARGS)
	@if command -v node >/dev/null && command -v npm >/dev/null; then \
		npm install --silent --no-audit --no-fund --prefix "$(JUDGES_VENV)/javascript" @aws-sdk/client-swf@3 \
		&& JUDGES_MODULES="$(abspath $(JUDGES_VENV))/javascript" $(BIN)/python -m pytest tests/judges/javascript.py; \
	else echo "node and npm are not here: JavaScript does not judge"; fi

# It asks an advisory service over the network, so it is no part of `make test`.
audit: $(VENV)/.test $(AUDIT_VENV)/.audit ## Ask whether anything that is installed is known to be vulnerable (pip-audit).
	$(BIN)/python -m pip freeze --exclude-editable >$(AUDIT_VENV)/installed.txt
	$(AUDIT_VENV)/bin/python -m pip_audit --strict --no-deps --disable-pip --progress-spinner off -r $(AUDIT_VENV)/installed.txt \
		|| { echo "Not all is known to be sound: something has an advisory, or pypi.org could not be asked about it" >&2; exit 1; }

shapes: $(VENV)/.test ## Generate swf/shapes.py anew from botocore's model of the service.
	$(BIN)/python scripts/generate_shapes.py
	$(BIN)/ruff format -q swf/shapes.py

clean: ## Remove all that was made, the virtual environments included.
	rm -rf $(VENV) $(BENCH_VENV) $(JUDGES_VENV) $(AUDIT_VENV) build dist docs/_build htmlcov *.egg-info .coverage .coverage.*
	rm -rf .nightly
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache orders.db orders.db-* orders.db.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that its extras are installed; it is as old as the files that name them.
$(VENV)/.demo $(VENV)/.demo-ui $(VENV)/.test $(BENCH_VENV)/.bench $(JUDGES_VENV)/.judges $(AUDIT_VENV)/.audit: pyproject.toml setup.py scripts/make_venv.sh
	@PYTHON="$(PYTHON)" sh scripts/make_venv.sh $(@D) $(EXTRAS)
	@touch $@

# A peer that brings a hundred packages along: without it the benchmarks have one peer less.
$(BENCH_VENV)/.prefect: $(BENCH_VENV)/.bench
	@sh scripts/make_venv.sh $(@D) prefect || echo "Prefect does not install here: nothing is measured beside it"
	@touch $@

$(VENV)/.demo: EXTRAS :=
$(VENV)/.demo-ui: EXTRAS := server
$(VENV)/.test: EXTRAS := crypto,docs,fsspec,lint,otel,redis,server,test
$(BENCH_VENV)/.bench: EXTRAS := bench
$(JUDGES_VENV)/.judges: EXTRAS := judges
$(AUDIT_VENV)/.audit: EXTRAS := audit
