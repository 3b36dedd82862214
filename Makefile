# SPDX-License-Identifier: Apache-2.0
# The two commands of the README: `make run` and `make test`. Both set up what they need.

PYTHON := .venv/bin/python

.PHONY: run test check setup setup-test bench clean

run: setup
	@$(PYTHON) -m groundstation demo

test: setup-test
	@$(PYTHON) -m pytest -q

check: setup-test
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

bench: setup
	@$(PYTHON) -m groundstation bench fleet --vehicles 100

setup:
	@sh packaging/setup.sh run

setup-test:
	@sh packaging/setup.sh test

clean:
	rm -rf .venv build *.egg-info
