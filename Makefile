# Two commands matter: `make run` and `make test`. Both set up .venv first, once.
PYTHON ?= python3
DATA ?= ../shared/data
ARTICLES ?= ../shared/seeds
PORT ?= 7860
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
export ARTICLES

.PHONY: run setup test evaluate figures similarity reader lock
.DEFAULT_GOAL := run

run: setup
	$(BIN)/python app.py --port $(PORT)

test: setup
	@tests/browser-present
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) --no-print-directory evaluate
	$(BIN)/pytest --cov --cov-report=term:skip-covered

setup: .venv/installed

# requirements.lock names every package with its hashes, torch's own dependencies included. torch
# comes last and without a hash: its builds differ by machine, and a CPU build of just this version
# may already be at hand.
.venv/installed: requirements.lock torch.pin
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is too old, Python 3.11 or newer is needed: try 'make PYTHON=python3.12'" >&2; \
	  exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install --no-deps --require-hashes --requirement requirements.lock
	$(PIP) install --requirement torch.pin
	$(PIP) check
	@touch $@

# Asks the seeds' questions; fails where a figure is below its threshold.
evaluate: setup
	$(BIN)/python -m evaluation run seeds --output runs/seeds
	$(BIN)/python -m evaluation check runs/seeds seeds/thresholds.toml

# Makes the README's table of figures; takes about half an hour on two cores.
SETS := reading/squad/validation.json chat/single-topic retrieval/scifact retrieval/time retrieval/cranfield
figures: setup
	$(BIN)/python -m evaluation run seeds --output runs/seeds
	$(foreach set,$(SETS),$(BIN)/python -m evaluation run $(DATA)/$(set) --output runs/$(basename $(notdir $(set))) &&) true
	$(BIN)/python -m evaluation figures README.md runs/seeds $(foreach set,$(SETS),runs/$(basename $(notdir $(set))))

# Fits the weights and the threshold of the similarity reader; takes about ten minutes.
similarity: setup
	$(BIN)/python -m training similarity --data $(DATA)

# Trains the reader and fits its confidence; about an hour on two cores with bf16, four without. An
# interrupted training goes on where it stopped; `--start` lets a further stage follow.
reader: setup
	$(BIN)/python -m training reader --data $(DATA)
	$(BIN)/python -m training calibrate --data $(DATA)

# Takes in newer releases; `uv` is found on the path. What only torch's other builds need is left out.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --constraint torch.pin requirements.in \
	  | awk '/^[^ ]/ {keep = !/^(torch==|triton=|nvidia-|cuda-)/} keep' > requirements.lock
