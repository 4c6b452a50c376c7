# Everything one types. Needs Python 3.11 or newer, make and git; the rest comes out of packages, once.
PYTHON ?= python3
ARGS ?=
JOBS ?= auto
T ?= tests

BIN := .venv/bin
PAGES := server/web/static/dist/manifest.json
PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/.ready $(PAGES) ## start the server in the foreground; ARGS="--lan" opens it to phones near by
	@exec $(BIN)/fieldfare serve $(ARGS)

.PHONY: demo
demo: .venv/.ready $(PAGES) ## the same on an invented region with a year of visits, in a data folder of its own
	@exec $(BIN)/fieldfare demo --run $(ARGS)

.PHONY: test
test: lint ## lint, types, then every test; ARGS="-k name -x" goes to pytest
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

.PHONY: test-one
test-one: .venv/.ready-dev $(PAGES) ## one file or test: make test-one T=tests/tools/test_postgres.py
	@$(BIN)/python -m pytest $(T) $(ARGS)

.PHONY: lint
lint: .venv/.ready-dev $(PAGES) ## format and style of the Python, types of Python and TypeScript
	@$(BIN)/ruff format --check --quiet . || { echo "make format puts these right" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/python -m mypy --no-error-summary
	@$(BIN)/python tools/node.py frontend/node_modules/typescript/bin/tsc --noEmit --project frontend

.PHONY: format
format: .venv/.ready-dev ## put the Python into shape
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: bench
bench: .venv/.ready-dev $(PAGES) ## measure; ARGS="--quick" in under two minutes
	@exec $(BIN)/python -m bench $(ARGS)

.PHONY: pages
pages: $(PAGES) ## build what pages need (the other targets do it by themselves)

.PHONY: differential
differential: .venv/.ready-dev ## compare the XForms engine with the phone's on 50,000 random pairs (PAIRS=n for others)
	@PAIRS=$${PAIRS:-50000} $(BIN)/python -m pytest tests/xforms/differential -q -s

.PHONY: lock
lock: .venv/.ready-dev ## resolve the dependencies anew into the lock files
	@$(BIN)/python tools/lock.py $(ARGS)

.PHONY: clean
clean: ## remove all that make made, but no data
	rm -rf .venv frontend/node_modules server/web/static/dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the targets stand on. A stamp is newer than all it was made from, so that a second start does nothing.
.venv/.ready: requirements.lock requirements-uv.lock pyproject.toml tools/venv.py
	@$(PYTHON) tools/venv.py requirements.lock
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	@$(PYTHON) tools/venv.py requirements-dev.lock
	@touch $@

$(PAGES): .venv/.ready $(PAGE_SOURCES) tools/build_frontend.py tools/node.py
	@$(BIN)/python tools/build_frontend.py
