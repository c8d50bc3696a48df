# Everything a fresh machine needs: `make demo`, `make test`. Set PYTHON to choose an interpreter (3.11 or newer).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= auto
# two torch threads on a busy core cost more than they bring; numeric libraries stay single-threaded in tests
TEST_ENV := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE

.PHONY: demo test test-slow bench docs lint golden house clean help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.core: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[api]'
	touch $@

# the extra local and axelrod, a peer that tests compare with, depend on torch: the plain CPU version is installed before them
$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'setuptools>=77' wheel --editable '.[analysis,api,dev,fast,human,local,peers]'
	touch $@

demo: $(VENV)/.core ## play a real tournament with the shipped players and write its report
	$(BIN)/python -P -m ludens.demo

test: $(VENV)/.dev lint ## everything but the slow tests
	$(TEST_ENV) $(BIN)/python -P -m pytest -n $(WORKERS) --dist worksteal -q

test-slow: $(VENV)/.dev ## the long ones: learning, 100 kills, 200,000 texts
	$(TEST_ENV) $(BIN)/python -P -m pytest -m slow -q

bench: $(VENV)/.dev ## measure beside the peers and write benchmarks/RESULTS.md
	$(TEST_ENV) $(BIN)/python benchmarks/run.py

docs: $(VENV)/.dev ## build the site into site/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	$(BIN)/python -P docs/build_pages.py
	$(BIN)/mkdocs build --strict --quiet

lint: $(VENV)/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

golden: $(VENV)/.dev ## write the golden playthroughs anew, after a meant change of rules
	$(BIN)/python -P -m ludens.games.testing tests/golden

house: $(VENV)/.dev ## train the house player anew on all games and put it in place (about an hour)
	OMP_NUM_THREADS=1 $(BIN)/ludens train trainer=house model=nano 'games=[all]' name=house
	cp runs/house/checkpoint/* llm/nano/house/

clean: ## remove what was built
	rm -rf $(VENV) build dist site *.egg-info
