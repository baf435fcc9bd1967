# A fresh machine needs Python 3.11+, make and a package index; everything else is set up in .venv.

VENV := .venv
# The first that is new enough; `make PYTHON=python3.13 VENV=.venv313 test` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq -c constraints.txt
# The tools that build a wheel are pinned too; pip reads one of these names or the other, by its age.
PINNED := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt
WANTED := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test judges lint wheel bench-crawl bench-peers bench-stalls bench-lateness bench-extract bench-compare bench-serve bench-schedule evaluate-diff crash constraints clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1@/p' Makefile | while IFS=@ read -r what does; do printf '%-18s %s\n' "$$what" "$$does"; done
	@echo 'Options: ARGS="..." for demo, test, the benches, evaluate-diff and crash; PYTHON=python3.13 VENV=.venv313'

demo: $(VENV)/.ready ## the main job, in half a minute: a local newsroom edits its live page, Stoppress watches
	@$(BIN)/python -m stoppress demo $(ARGS)

# Files of tests side by side, each file in one process: what it starts once, it starts once. Tests wait a lot.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
# Tests start the program hundreds of times: where nothing may be kept compiled, each start compiles it all again.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.ready-test ## the tests; parts this machine lacks are named at the end
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.ready-lint ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: $(VENV)/.ready-test ## the wheel, in dist/
	@rm -rf build dist
	@$(PINNED) $(BIN)/python -m build --wheel

bench-crawl: $(VENV)/.ready-test ## pages a second beside plain Scrapy, as ratios in one run
	@$(BIN)/python tests/bench/crawl.py $(ARGS)

bench-peers: $(VENV)/.ready-test ## the same beside what others write: a warcio pipeline, warcprox, wget
	@$(BIN)/python tests/bench/peers.py $(ARGS)

bench-stalls: $(VENV)/.ready-test ## how late the event loop is while 300 MB of the spool go to the store
	@$(BIN)/python tests/bench/stalls.py $(ARGS)

bench-lateness: $(VENV)/.ready-test ## how late visits start, at 100 a second with tokens to spare
	@$(BIN)/python tests/bench/lateness.py $(ARGS)

bench-extract: $(VENV)/.ready-test ## reading pages, first and again, in calls of trafilatura.extract
	@PYTHONPATH=. $(BIN)/python tests/bench/extract.py $(ARGS)

bench-serve: $(VENV)/.ready-test ## captures and index lines a second beside pywb and the least that can be, in one run
	@$(BIN)/python -m tests.bench.serving $(ARGS)

bench-schedule: $(VENV)/.ready-test ## what the schedule catches of made coverage, beside other rules and who knows the future
	@$(BIN)/python -m tests.bench.scheduling $(ARGS)

bench-compare: $(VENV)/.ready-test ## two versions to changes beside difflib and cydifflib, as ratios in one run
	@$(BIN)/python -m tests.bench.comparing $(ARGS)

evaluate-diff: $(VENV)/.ready-test ## how right comparison is: made pages, and the corpus where it is (STOPPRESS_CORPUS)
	@$(BIN)/python -m tests.evaluate $(ARGS)

N ?= 200
crash: $(VENV)/.ready-test ## kill the crawler N times (N=200, half of them on S3) and report what was lost: nothing
	@$(BIN)/python tests/crash/run.py $(N) $(ARGS)

judges: $(VENV)/.ready-test ## other people's clients against an archive that the crawler has made
	@$(BIN)/python -m tests.judges $(ARGS)

constraints: ## renew constraints.txt from what the package index has now
	@rm -rf $(VENV)-fresh && $(PYTHON) -m venv $(VENV)-fresh
	@$(VENV)-fresh/bin/python -m pip --disable-pip-version-check install -qq -U pip setuptools
	@$(VENV)-fresh/bin/python -m pip install -qq -e '.[test,lint]'
	@sed -n '/^#/p' constraints.txt > $(VENV)-fresh/pins
	@$(VENV)-fresh/bin/python -m pip list --format=freeze --exclude-editable --exclude pip \
		| LC_ALL=C sort -f >> $(VENV)-fresh/pins
	@cp $(VENV)-fresh/pins constraints.txt && rm -rf $(VENV)-fresh

clean: ## remove what make has built, .venv too
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment that was copied, moved or lost its Python is made anew; a good one is kept.
ifneq ($(shell $(BIN)/python -c 'print(open("$(VENV)/.place").read(), end="")' 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.python
STALE := yes
endif
$(VENV)/.python: $(WANTED)
	@if [ -z "$(PYTHON)" ]; then \
		echo 'No Python 3.11 or newer found. Install one, or name it: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; fi
	@command -v '$(PYTHON)' >/dev/null || { \
		echo '$(PYTHON) is not a program here; name another Python 3.11 or newer: make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or \
		sys.exit("$(PYTHON) is Python %d.%d; 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." % v[:2])'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo '$(PYTHON) cannot make virtual environments. Install its venv module' >&2; \
		echo '(Debian, Ubuntu: apt install python3-venv), or name another Python: make PYTHON=...' >&2; exit 1; }
	@[ -z "$(STALE)" ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo 'Setting up $(VENV) with $(PYTHON); the first time takes a minute or two.' >&2; \
		$(PYTHON) -m venv --clear $(VENV); }
	@printf '%s' '$(CURDIR)' > $(VENV)/.place
	@touch $@

$(VENV)/.ready: $(VENV)/.python
	@$(PINNED) $(PIP) -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.python
	@echo 'Installing what the tests need.' >&2
	@$(PINNED) $(PIP) -e '.[test]'
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-lint: $(VENV)/.python
	@$(PINNED) $(PIP) -e '.[test,lint]'
	@touch $@ $(VENV)/.ready $(VENV)/.ready-test
