# Holdfast: `make` lists what can be done. Only make, a shell and a Python 3.11–3.13 are needed.
SHELL := /bin/sh
PORT ?= 8501
HOST ?= 127.0.0.1
PYTHON := .venv/bin/python
WINGS := intake events learning scoring deciding watching scale app
# PYTHONS=python3.12 chooses one. A version manager's stand-in can exist without answering, so every candidate is run, not just looked for.
PYTHONS ?= python3.13 python3.12 python3.11 python3
ANSWERS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.DEFAULT_GOAL := help
.PHONY: help run test test-all test-counts check spark bench $(WINGS:%=bench-%) bench-peers bench-huge bench-api bench-generated measure snapshots api samples screenshots lock clean

help:  ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile
	@echo "  make bench-WING      one benchmark in full: $(WINGS)"

run: .venv/run.stamp  ## open the dashboard on http://127.0.0.1:8501 (PORT=… to change), API included
	@$(PYTHON) -m app --host $(HOST) --port $(PORT) --demo --open

api: .venv/run.stamp  ## the API alone, without the dashboard
	@$(PYTHON) -m churn serve --host $(HOST) --port $(PORT)

test: .venv/dev.stamp  ## the tests that need nothing but Python (minutes on two cores)
	@$(PYTHON) -m pytest $(SHARED) --first

test-all: .venv/dev.stamp  ## every test, with what is here of Chromium, Spark and PostgreSQL, and more examples of each law
	@HYPOTHESIS_PROFILE=many $(PYTHON) -m pytest $(SHARED)

test-counts: .venv/dev.stamp  ## how many tests there are of each kind
	@$(PYTHON) -m tests.counts

# Processes share the tests, each test going to whoever is free; a fit uses one thread, and threads that wait sleep.
WORKERS ?= 2
SHARED := -n $(WORKERS) --dist worksteal
test test-all check: export OMP_NUM_THREADS := 1
test test-all check: export OPENBLAS_NUM_THREADS := 1
test test-all check: export OMP_WAIT_POLICY := PASSIVE
# Without byte code every process that starts compiles all libraries again, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

check: .venv/dev.stamp  ## lint, format, types and the house rules
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m pytest tests/test_house.py

spark: .venv/spark.stamp  ## add what Apache Spark needs (Java 17 apart)

bench: .venv/dev.stamp  ## every benchmark, small
	@for wing in $(WINGS); do $(PYTHON) -m tests.bench.$$wing --small || exit 1; done

$(WINGS:%=bench-%): bench-%: .venv/dev.stamp
	@$(PYTHON) -m tests.bench.$*

bench-api: .venv/dev.stamp  ## the API beside the usual server: CPU per request, latency, batch, cold start
	@$(PYTHON) -m tests.bench.api

bench-generated: .venv/dev.stamp  ## 500 made-up requests for every route, at both servers
	@$(PYTHON) -m tests.bench.api --generated

measure: .venv/dev.stamp  ## figures of the code base: files, lines, names, start-up
	@env -u PYTHONDONTWRITEBYTECODE $(PYTHON) -m tests.bench.measure

snapshots: .venv/dev.stamp  ## keep anew what others rely on (tests/snapshots); say in the changelog what is gone
	@$(PYTHON) -m tests.snapshots

bench-huge: .venv/dev.stamp  ## ten million customers scored from CSV to file (2 GB of temporary files)
	@$(PYTHON) -m tests.bench.scoring --huge

bench-peers: .venv/dev.stamp  ## the same question to explainerdashboard and shapash (installs them under build/)
	@$(PYTHON) -m tests.bench.peers

samples: .venv/run.stamp  ## make the shipped sample lists again from their seeds
	@$(PYTHON) -m churn.samples

screenshots: .venv/dev.stamp  ## take the pictures used in the documentation
	@$(PYTHON) -m tests.screenshots

lock: .venv/dev.stamp  ## choose package versions again: requirements.txt and tests/requirements.txt
	@$(PYTHON) -m uv pip compile $(LOCKING) pyproject.toml -o requirements.txt
	@$(PYTHON) -m uv pip compile $(LOCKING) pyproject.toml --extra fast --extra postgres --extra mlflow --extra auth --group dev \
	  -c requirements.txt -o tests/requirements.txt
	@echo 'pyspark>=4.0,<4.1' | $(PYTHON) -m uv pip compile $(LOCKING) - -o tests/requirements-spark.txt
	@$(PYTHON) -m uv pip compile $(LOCKING) pyproject.toml --extra postgres --extra auth \
	  -c tests/requirements.txt -o app/deploy/requirements.txt
LOCKING := --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header

clean:  ## remove what was made: the environment, caches, builds (models and the score book stay)
	@rm -rf .venv build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last: an environment that was interrupted has none and is made again.
.venv/run.stamp: requirements.txt
	@python=; \
	for candidate in $(PYTHONS); do \
	  if $$candidate -c '$(ANSWERS)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Holdfast needs Python 3.11, 3.12 or 3.13 with venv: install one (on Debian: apt install python3-venv) and run make again." >&2; \
	  exit 1; \
	fi; \
	echo "Setting up with $$($$python --version) (once, a minute or two)…"; \
	rm -rf .venv && $$python -m venv .venv && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r requirements.txt && \
	touch $@

.venv/dev.stamp: .venv/run.stamp tests/requirements.txt
	@echo "Adding what the tests need…"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r tests/requirements.txt
	@touch $@

.venv/spark.stamp: .venv/dev.stamp tests/requirements-spark.txt
	@echo "Adding Apache Spark (300 MB)…"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r tests/requirements-spark.txt
	@touch $@
