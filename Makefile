# Matinee. `make run` and `make test` stay true on a fresh Debian: they install what is missing first.
SHELL := /bin/bash
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
FOLDER ?=
ARGS ?=

RUN_PACKAGES := ffmpeg libvlc5 vlc-plugin-base vlc-plugin-video-output fonts-dejavu-core util-linux python3-venv
# Debian's npm would push out a Node.js that came from elsewhere, and brings the same.
NPM_PACKAGES := $(if $(shell command -v npm),,npm)
WEBKIT_PACKAGES := webkit2gtk-driver gstreamer1.0-libav gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
BENCH_PACKAGES := $(RUN_PACKAGES) nginx
TEST_PACKAGES := $(RUN_PACKAGES) chromium xvfb postgresql $(WEBKIT_PACKAGES)

PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes
# Of all that pip tells, a line for each package while it is fetched, and one for the end.
LINE_EACH := sed -nu -e 's/^Collecting \([^ ]*\)==\([^ ]*\).*/  \1 \2/p' -e 's/^Installing collected .*/  … unpacking/p'

# Most tests wait for films, screens and time-outs, three of them at once. Some have bounds of seconds and want a core for
# themselves: what is covered is not counted then, for that takes a third of the machine. Browsers take fright when an
# interface comes or goes. The tests know which of their files are long and begin with those.
AT_ONCE := --dist loadfile --no-loadscope-reorder
# What fails beside others is tried once more with the machine to itself, and that is said aloud: what fails then is broken,
# what passes then has a bound that the machine could not keep, and is a fault of the test. No other exit code is tried again.
NOTED := -o cache_dir=.make/failed --durations 12
define TRY
	rm -rf .make/failed
	$(1) || { test $$? = 1 && echo "── those that failed, once more, each by itself ──" && $(2) --last-failed --last-failed-no-failures none --exitfirst; }
endef
define EVERYTHING
	$(call TRY,$(BEGIN) -n 3 $(AT_ONCE) $(BESIDE),$(BEGIN) $(BESIDE))
	$(call TRY,$(BIN)/python -m pytest $(NOTED) -n 2 $(AT_ONCE) -m alone,$(BIN)/python -m pytest $(NOTED) -m alone)
	$(BIN)/python -m pytest -m network
endef
BEGIN = $(BIN)/coverage run -m pytest $(NOTED)
BESIDE = -m "not alone and not network"

.PHONY: setup run test bench soak lint schemas lock clean
.DEFAULT_GOAL := run

setup: $(VENV)/.installed .make/run-packages ## install what running needs

run: setup ## serve FOLDER (or ~/Videos, or a demo film)
	$(BIN)/matinee serve $(if $(FOLDER),"$(FOLDER)") $(ARGS)

test: $(VENV)/.installed-dev node_modules/.installed .make/test-packages ## every check and every test
	$(BIN)/coverage erase
	$(if $(ARGS),$(BIN)/coverage run -m pytest $(ARGS),$(EVERYTHING))
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --include='protocol/*,controller/core/*' --fail-under=100
	$(BIN)/coverage report --omit='protocol/*,controller/core/*' --fail-under=90

bench: $(VENV)/.installed-dev .make/test-packages .make/bench-packages ## ratios against peers in the same run
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(VENV)/.installed-dev .make/test-packages ## four viewers at real speed for ten minutes: no stall, no excess, no leak
	$(BIN)/python -m tests.soak $(ARGS)

lint: $(VENV)/.installed-dev node_modules/.installed ## the checks alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node_modules/.bin/tsc

schemas: $(VENV)/.installed ## write schemas/ anew from the models
	$(BIN)/python -m protocol.openrpc

# With the driver for PostgreSQL: whoever sets database_url has nothing left to install.
lock: $(VENV)/.installed-dev ## resolve the locked versions anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --extra postgres --group build -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --extra postgres --group build --group dev -o requirements-dev.lock

clean: ## remove what was installed and cached here
	rm -rf $(VENV) node_modules .make .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

# A mark per set of system packages, so that a second run asks nobody.
.make/run-packages: PACKAGES = $(RUN_PACKAGES)
.make/bench-packages: PACKAGES = $(BENCH_PACKAGES)
.make/npm-packages: PACKAGES = $(NPM_PACKAGES)
.make/test-packages: PACKAGES = $(TEST_PACKAGES)
.make/%-packages: Makefile .ci/packages
	@mkdir -p .make
	@.ci/packages $(PACKAGES)
	@touch $@

$(BIN)/python: | .make/run-packages
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked Python packages …"
	@set -o pipefail; $(PIP_INSTALL) -r requirements.lock | $(LINE_EACH)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the locked test packages …"
	@set -o pipefail; $(PIP_INSTALL) -r requirements-dev.lock | $(LINE_EACH)
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | .make/npm-packages
	@echo "Installing what checks the page's types …"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
