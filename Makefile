# The doors of the house. `make help` lists them.

PYTHON := .venv/bin/python
# Four at once on two cores, since each waits now and then. Programs that the tests start read what Python compiled
# before, wherever the machine forbids to keep it. Of four processes none is begun anew after one fell: pytest-xdist
# would wait for ever for the new one's last file, and a fall is a failure in any case.
TEST   := PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -n 4 --max-worker-restart=0 \
          --dist loadfile --no-loadscope-reorder
LOCK   := $(PYTHON) -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
          --generate-hashes --no-header --no-annotate pyproject.toml requirements/pins.in

.DEFAULT_GOAL := help
.PHONY: help demo test check bench simulate disks format lock ready ready-to-test

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: ready ## start a centre and a desk with a made-up district; without a display, play the story
	$(PYTHON) main.py demo

test: ready-to-test ## everything, on real PostgreSQL and real windows
	$(TEST)

check: ready-to-test ## format, lint, types, floor plan, tests with coverage
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache
	$(TEST) --cov --cov-report=term

bench: ready ## the figures: speed and size beside their limits
	$(PYTHON) -m benchmarks

simulate: ready ## made-up histories for SECONDS=60, then for as long on a real PostgreSQL, and with real processes; FIRST=1 seed
	$(PYTHON) -m simulation run --seconds $(or $(SECONDS),60) --first $(or $(FIRST),1)
	$(PYTHON) -m simulation lanes --seconds $(or $(SECONDS),60) --first $(or $(FIRST),1)
	$(PYTHON) -m simulation processes --seconds $(or $(SECONDS),60) --first $(or $(FIRST),1)

disks: ready-to-test ## a worker's work with the power cut at every call to the disk, for SECONDS=60, from the seed FIRST=1
	$(PYTHON) -m simulation storage run --seconds $(or $(SECONDS),60) --first $(or $(FIRST),1)

format: ready ## let ruff put the code in order
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

lock: ready ## newest versions into requirements/, with hashes
	$(LOCK) --upgrade --extra centre --extra dev --output-file requirements/all.txt
	$(LOCK) --upgrade --constraint requirements/all.txt --output-file requirements/desk.txt

ready:
	@installers/bootstrap.sh

ready-to-test:
	@installers/bootstrap.sh test
