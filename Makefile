# SPDX-License-Identifier: Apache-2.0
# The two commands of the README: `make run` and `make test`. Both set up what they need.

PYTHON := .venv/bin/python

.PHONY: run test test-all check languages screenshots setup setup-test bench clean

run: setup
	@$(PYTHON) -m groundstation demo

# Many tests wait for brokers and programs more than they compute: four at once on two cores, the longest first.
TEST := $(PYTHON) -m pytest -q -n 4 --dist load --maxschedchunk 1

test: setup-test
	@$(TEST) -m "not long"

test-all: setup-test
	@$(TEST)

check: setup-test
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

# Texts of the sources that are new, or gone, in the files of languages (docs/adr/0045).
languages: setup-test
	@$(PYTHON) packaging/languages.py

# The pictures of the documents, from the real window.
screenshots: setup
	@$(PYTHON) packaging/screenshots.py

bench: setup
	@$(PYTHON) -m groundstation bench fleet --vehicles 100

setup:
	@sh packaging/setup.sh run

setup-test:
	@sh packaging/setup.sh test

clean:
	rm -rf .venv build *.egg-info
