# make run: the service on port 8000 with demo data. make test: every check and every test.
# Needs Python 3.11 or newer, nothing else. What it makes: .venv/, var/, app/workbench/ and
# frontend/node_modules/.

.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -c
.PHONY: help run workbench test check bench profile screenshots format lock clean

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# The stamp's name holds what the virtualenv was made of: other locks, another Python or another
# place, and it is made again. Nothing else is looked at, so a second start needs no network.
stamp = .venv/.$(1)-$(shell { cat $(2) pyproject.toml; $(PYTHON) -VV; pwd; } 2>&1 | cksum | tr ' ' -)
RUN_LOCKS := requirements.lock requirements-build.lock
RUN_STAMP := $(call stamp,run,$(RUN_LOCKS))
DEV_STAMP := $(call stamp,dev,$(RUN_LOCKS) requirements-dev.lock)
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/var/cache/hypothesis
INSTALL := .venv/bin/python -m pip --disable-pip-version-check install --quiet

help:
	@echo 'make run     serve on port 8000 (PORT=...) with demo data under var/'
	@echo 'make workbench  build the front-end under app/workbench, when something changed'
	@echo 'make test    every check and every test, on SQLite and on a real PostgreSQL'
	@echo 'make check   the checks only: ruff, mypy, import-linter'
	@echo 'make bench   how fast it is beside what could be (ROWS=search,304 SECONDS=3)'
	@echo 'make profile where the time of a search goes (ASK=check)'
	@echo 'make screenshots  take the pictures in docs/screenshots/ anew'
	@echo 'make format  let ruff put the code in order'
	@echo 'make lock    renew the locks from pyproject.toml (needs the network)'
	@echo 'make clean   remove what was made, the demo database included'

# exec: Ctrl-C reaches the service itself. Without a workbench the API works all the same.
run: $(RUN_STAMP)
	-@$(MAKE) --no-print-directory workbench
	@GIDS_PORT="$${PORT:-$${GIDS_PORT:-8000}}" exec .venv/bin/gids demo

workbench: $(RUN_STAMP)
	@.venv/bin/python frontend/build.py --ready \
		|| $(INSTALL) --require-hashes --only-binary :all: -r requirements-node.lock
	@.venv/bin/python frontend/build.py

test: check workbench
	$(SCRATCH) .venv/bin/pytest -n 3 --dist worksteal -o cache_dir=var/cache/pytest

# The databases of the tests are made and thrown away in memory, where there is enough of it.
SCRATCH = $(shell test -z "$${TMPDIR-}" && awk '/MemAvailable/ {exit $$2 < 8000000}' /proc/meminfo \
	&& ! grep -q ' /dev/shm .*noexec' /proc/mounts && test -w /dev/shm \
	&& df -kP /dev/shm 2>/dev/null | awk 'NR > 1 && $$4 > 4000000 {print "TMPDIR=/dev/shm"}')

check: $(DEV_STAMP)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy --strict app tests migrations bench frontend
	.venv/bin/lint-imports --cache-dir var/cache/imports

# From the command line only: a shell may count its own SECONDS.
bench: $(DEV_STAMP) workbench
	.venv/bin/python -m bench $(and $(ROWS),--rows $(ROWS)) \
		$(if $(findstring command,$(origin SECONDS)),--seconds $(SECONDS))

profile: $(DEV_STAMP)
	.venv/bin/python -m bench.profile $(and $(ASK),--ask $(ASK))

screenshots: $(DEV_STAMP) workbench
	.venv/bin/pytest -o cache_dir=var/cache/pytest tests/e2e/screenshots.py

format: $(DEV_STAMP)
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: $(DEV_STAMP)
	$(LOCK) --extra otel --output-file requirements.lock pyproject.toml
	$(LOCK) --group build --output-file requirements-build.lock
	$(LOCK) --group node --output-file requirements-node.lock
	$(LOCK) --extra otel --group build --group dev --constraints requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
LOCK := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

clean:
	rm -rf .venv var app/workbench frontend/node_modules frontend/src/api/schema.d.ts

$(RUN_STAMP):
	$(call make_venv,$(RUN_LOCKS:%=-r %))
	@touch $@

# The development lock holds the other two, so `make run` is ready as well.
# Where that one is there already, the rest comes beside it: the service may be running from it.
$(DEV_STAMP):
	@rm -f .venv/.dev-*
	$(if $(wildcard $(RUN_STAMP)),$(call install,-r requirements-dev.lock),$\
	$(call make_venv,-r requirements-dev.lock))
	@touch $@ $(RUN_STAMP)

install = @$(INSTALL) --require-hashes --only-binary :all: $(1)

define make_venv
@test -n "$(PYTHON)" || { echo 'Needs Python 3.11 or newer: make PYTHON=/path/to/python3' >&2; exit 1; }
@echo 'Setting up .venv, once ...'
@$(PYTHON) -m venv --clear .venv
$(call install,$(1))
@$(INSTALL) --no-build-isolation --no-deps --editable .
endef
