# Everything here needs Python 3.11 or newer and make, and makes its own virtual environment.
# PYTHON=/path/to/python chooses the interpreter, ARGS="..." adds options to the command or to pytest
# (`make test ARGS="-k caps --no-cov"` for a few tests without the coverage floor).

PLAN ?= instances/hyperscaler-2025
OUT ?= runs/$(notdir $(patsubst %/,%,$(PLAN)))
ARGS ?=
export PYTHON

RUN_ENV := .venv
TEST_ENV := .venv-test
RUN_READY := $(RUN_ENV)/.ready
TEST_READY := $(TEST_ENV)/.ready
PLACEMENT := $(RUN_ENV)/bin/placement
TOOLS := $(TEST_ENV)/bin
INSTALLED_FROM := pyproject.toml constraints.txt .ci/make-venv

title = @printf '\n== %s\n' '$(1)'

.DEFAULT_GOAL := help
.PHONY: help run test lint bench format clean

help:
	@echo "make run      place the fleet of $(PLAN), write $(OUT)"
	@echo "make test     format, lint, types, import contracts, all tests, coverage"
	@echo "make lint     the same without the tests"
	@echo "make bench    solve every instance and compare with its recorded best value"
	@echo "make format   format the code and apply the safe lint fixes"
	@echo "make clean    remove environments, caches and runs"

run: $(RUN_READY)
	$(PLACEMENT) solve $(PLAN) --out $(OUT) $(ARGS)

bench: $(RUN_READY)
	$(PLACEMENT) bench instances $(ARGS)

lint: $(TEST_READY)
	$(call title,format)
	@$(TOOLS)/ruff format --check
	$(call title,lint)
	@$(TOOLS)/ruff check
	$(call title,types)
	@$(TOOLS)/mypy
	$(call title,import contracts)
	@$(TOOLS)/lint-imports --no-logo

test: lint
	$(call title,tests and coverage)
	@$(TOOLS)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term $(ARGS)

format: $(TEST_READY)
	@$(TOOLS)/ruff check --fix-only --quiet
	@$(TOOLS)/ruff format

clean:
	rm -rf $(RUN_ENV) $(TEST_ENV) runs build dist htmlcov .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find optimizer tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp comes last: an installation that failed or was interrupted is made again from the start.
$(RUN_READY): $(INSTALLED_FROM)
	@sh .ci/make-venv $(RUN_ENV)
	@touch $@

$(TEST_READY): $(INSTALLED_FROM)
	@sh .ci/make-venv $(TEST_ENV) dev
	@touch $@
