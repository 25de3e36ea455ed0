# Two commands matter: `make run` and `make test`. Both set up .venv first, once.
PYTHON ?= python3
DATA ?= ../shared/data
PORT ?= 7860
TORCH := torch==2.13.0
BIN := .venv/bin

.PHONY: setup run test lock
.DEFAULT_GOAL := run

setup: .venv/installed

# requirements.lock names every package and hash, torch's own dependencies included. torch comes
# last and without a hash, because a CPU build of the same version may already be at hand.
.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is too old: Python 3.11 or newer is needed; say which with 'make PYTHON=python3.12'" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@touch $@

run: setup
	$(BIN)/python app.py --port $(PORT)

test: setup
	@tests/browser-present
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --cov --cov-report=term:skip-covered

# Needs the tool `uv` on the path; run it to take in newer releases.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header requirements.in --constraint torch.pin \
	  --output-file requirements.lock
