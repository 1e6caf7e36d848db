# make demo · make test · make lint · make bench · make docs
# Each makes .venv itself from a bare python3 (3.11 or newer); uv is used when present, else venv and pip.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= breathline-demo
export PYTHONHASHSEED := 0
# Where the shell says not to keep compiled modules, every start would compile them anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test test-all lint bench docs lock clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /	/'

$(VENV)/.ready: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Breathline needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(BIN)/python || uv venv --quiet --python "$$(command -v $(PYTHON))" $(VENV); \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install --quiet -r requirements/run.txt; \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install --quiet --no-deps --editable .; \
	else \
	  test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; \
	fi
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements/dev.txt
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install --quiet -r requirements/dev.txt; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt; \
	fi
	@touch $@

demo: $(VENV)/.ready ## assess the example patient; the report lands in breathline-demo/assessment/report.html
	$(BIN)/breathline demo $(DEMO)

test: $(VENV)/.ready-dev ## run the tests
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: $(VENV)/.ready-dev ## format, lint, types, direction of imports, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

docs: $(VENV)/.ready ## write the reference pages from what is built in
	$(BIN)/python data-raw/reference_pages.py
	$(BIN)/python data-raw/equations_page.py

bench: $(VENV)/.ready-dev ## measure speed, memory and accuracy; writes docs/validation.md
	$(BIN)/python -m benchmarks

lock: ## pin the versions anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

clean: ## remove what was made
	rm -rf $(VENV) breathline-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
