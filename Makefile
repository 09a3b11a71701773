# Everything is done from here. `make` lists the targets; each of them sets up .venv by itself when that is needed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The Python that .venv is made with: the first of these that exists. `make demo PYTHON=/path/to/python3.12` chooses one.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	if $$name -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then echo $$name; break; fi; done)
RUN := .venv/bin/python
READY := .venv/ready
# On all cores, but on no more than four: each process loads TensorFlow. One file's tests stay together.
PYTEST := $(RUN) -m pytest -n auto --maxprocesses 4 --dist loadfile

# `make demo EPOCHS=3` and `make lessons LESSONS="03 04" SEED=1`: what is set on the command line is a lesson's parameter.
OWN := PYTHON LESSONS TESTS
CHANGED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(filter-out $(OWN),$(name))))
PARAMETERS = $(foreach name,$(CHANGED),-p '$(name)=$($(name))')

.PHONY: help demo test test-fast lessons lab build check lock bench weights clean setup

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
		while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: $(READY)  ## run the main lessons with the network off, print a table (DATASET=… EPOCHS=… change it)
	@$(RUN) -m imgrec_tf.course demo $(PARAMETERS)

test: $(READY)  ## run all tests (TESTS="tests/vision -k blur" for some)
	@$(PYTEST) $(TESTS)

test-fast: $(READY)  ## run the tests that take no more than a few seconds each
	@$(PYTEST) -m "not slow" $(TESTS)

lessons: $(READY)  ## execute all lessons (LESSONS="03 medicine" for some), write one page each under build/lessons
	@$(RUN) -m imgrec_tf.course run $(LESSONS) $(PARAMETERS)

lab: $(READY)  ## open JupyterLab on the lessons
	@cd notebooks && ../.venv/bin/jupyter lab README.md

build: $(READY)  ## make the students' notebooks, the tables of lessons and the cards of the data sets
	@$(RUN) -m imgrec_tf.course build
	@$(RUN) -m imgrec_tf.datasets.catalogue_page data/README.md

check: $(READY)  ## lint, format, notebooks as their sources give them
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(RUN) -m imgrec_tf.course lint
	@$(RUN) -m imgrec_tf.course build --check

bench: $(READY)  ## run every benchmark (long; some need IMGREC_DATA)
	@for script in $(filter-out benchmarks/results_table.py benchmarks/medical_%.py,$(wildcard benchmarks/*.py)); do echo "$$script"; $(RUN) "$$script"; done

# One target a family, so that `make -j2 weights` trains two of them at a time.
FAMILIES := $(addprefix weights-,locating.training verification.train reading.train)
.PHONY: $(FAMILIES)
weights: $(FAMILIES)  ## train all networks that ship with the package again (hours; -j2 trains two at a time)

$(FAMILIES): weights-%: $(READY)
	@$(RUN) -m imgrec_tf.finance.$*

lock:  ## pin the dependencies again after a change of requirements.txt (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" requirements.txt -o requirements.lock

clean:  ## remove .venv and everything that was built
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis imgrec_tf.egg-info

setup: $(READY)  ## set up .venv and do nothing else

# Installed once, and again when the pinned dependencies change. The package itself is put on the path with one line in
# a .pth file: what you edit is what runs, and nothing has to be built. Bytecode is compiled last, with all cores.
$(READY): requirements.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is needed, and none was found."; \
		echo "Debian, Ubuntu: apt-get install python3 python3-venv. Else name one: make PYTHON=/path/to/python3.12"; exit 1; fi
	@echo "Setting up .venv with $$($(PYTHON) --version): 1 of 3, environment"
	@rm -f $(READY)
	@if ! .venv/bin/python -m pip --version >/dev/null 2>&1 && ! $(PYTHON) -m venv --clear .venv >/dev/null 2>&1; then \
		package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		rm -rf .venv; \
		echo "$(PYTHON) cannot make virtual environments here: a package of the system is missing."; \
		echo "Install it, then call make again:  sudo apt-get install $$package   (or python3-venv)"; exit 1; fi
	@echo "Setting up .venv: 2 of 3, $$(grep -c '^[a-z].*==' requirements.lock) packages (about 650 MB to download, once)"
	@$(RUN) -m pip install --disable-pip-version-check --no-compile --progress-bar off --require-hashes \
		-r requirements.lock > .venv/install.log 2>&1 & pid=$$!; \
	while sleep 2; kill -0 $$pid 2>/dev/null; do \
		seconds=$$((SECONDS)); if [ $$((seconds / 20)) -gt $${shown:-0} ]; then shown=$$((seconds / 20)); \
		{ grep -aE '^ *(Collecting|Downloading|Installing)' .venv/install.log || true; } | tail -n 1 | cut -c 1-90 | \
			sed "s/^ */  $$seconds s: /"; fi; done; \
	wait $$pid || { tail -n 15 .venv/install.log; echo "The installation failed; all of its output is in .venv/install.log."; \
		echo "Without a network, or behind a proxy, set up pip for it first; then call make again."; exit 1; }
	@echo "Setting up .venv: 3 of 3, compiling"
	@site=$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	echo "$(CURDIR)" > "$$site/imgrec_tf.pth"; \
	$(RUN) -m compileall -q -j 0 "$$site" imgrec_tf >/dev/null 2>&1 || true
	@touch $(READY)
