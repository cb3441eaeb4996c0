# The logic is in tools/setup.sh; this is the list of what can be done.

VENV ?= .venv
BIN = $(VENV)/bin

# In CI a missing daemon is a fault, not a reason to skip.
ifdef CI
export TUIVIRT_REQUIRE_DAEMON ?= 1
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test bench screenshots docs clean

help: ## show this
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST)

setup: ## set up what is missing, into .venv
	@tools/setup.sh develop

run: ## set up what running needs and open the demo hosts (ARGS="-c qemu:///system" for others)
	@tools/setup.sh run
	@$(BIN)/tuivirt $(or $(ARGS),--demo)

test: ## set up, then run every check and test
	@tools/setup.sh test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

bench: ## measure, and print the table of benchmarks
	@tools/setup.sh test
	@$(BIN)/python -m benchmarks

screenshots: ## draw the screenshots from the demo hosts
	@tools/setup.sh develop
	@$(BIN)/python tools/screenshots.py

docs: ## write the tables of README.md and docs/ that are made from the code
	@tools/setup.sh develop
	@$(BIN)/python tools/reference.py

clean: ## remove what was made here, .venv included
	rm -rf $(VENV) .testcache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
