# Two commands: `make run` and `make test`. Both take PORT and DATA_DIR.
PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
PYTHON ?= python3
MODE ?= development
MANAGE = .venv/bin/python manage.py
export PORT DATA_DIR MODE

.PHONY: run test check fix bench lock
run: .venv/run ## the portal with its demo data, on http://localhost:$(PORT)
	@$(MANAGE) demo

test: .venv/dev ## every check and every test
	@$(MANAGE) verify

check: .venv/dev ## the checks without the tests
	@$(MANAGE) verify --no-tests

fix: .venv/dev ## let the tools mend what they can
	@.venv/bin/ruff check --fix-only . && .venv/bin/ruff format . && $(MANAGE) openapi && $(MANAGE) messages

bench: .venv/dev ## how fast the hot paths are, as ratios
	@$(MANAGE) bench

lock: .venv/dev ## pin the newest allowed versions of all dependencies
	@.venv/bin/pip-compile $(LOCK) -o requirements.lock pyproject.toml && .venv/bin/pip-compile $(LOCK) --extra dev --allow-unsafe -c requirements.lock -o requirements-dev.lock pyproject.toml
LOCK = -q --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-header

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "This Python has no venv: apt-get install python3-venv"; exit 1; }
.venv/run: .venv/bin/python requirements.lock
	@echo "Installing what the portal needs …" && .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && touch $@
.venv/dev: .venv/bin/python requirements-dev.lock
	@echo "Installing what the tests need …" && .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock && touch $@ .venv/run
