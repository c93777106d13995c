# The same words on a laptop and in CI: setup · web · run · test · check · bench · prove · soak · clean
SUITED := import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))
PYTHON ?= $(shell for p in python3 python3.12 python3.11; do $$p -c '$(SUITED)' 2>/dev/null && echo $$p && break; done)
DATA ?= data
PORT ?= 8000
MINUTES ?= 30
OUT ?= out/soak
BIN := .venv/bin
WEB := cd web && ./node.sh
WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f ! -name '*.test.*' -print)

# Dozens of processes start in the tests alone: each would compile all that it loads, where a machine's image forbids to keep it.
unexport PYTHONDONTWRITEBYTECODE

# Debian's packages, where that can be done without asking. One after another: of two at once apt-get refuses one.
INSTALL := test "$$(id -u)" = 0 && command -v apt-get >/dev/null && flock /var/lock/crm-apt sh -c \
	'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$$@" >/dev/null' install

.PHONY: setup web browser java infra-tools cluster cluster-down run test check check-house check-python check-web check-infra bench prove soak lock clean
.DELETE_ON_ERROR:

setup: .venv/ready

.venv/ready: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed; name one with make PYTHON=..." >&2; exit 1; }
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What checks infra/ weighs 300 MB and is no part of the suite: it has an environment of its own.
infra-tools: .venv-infra/ready

.venv-infra/ready: requirements-infra.lock
	@echo "Setting up .venv-infra (once, about half a minute)"
	@{ $(PYTHON) -m venv .venv-infra && .venv-infra/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-infra.lock && touch $@; } || { rm -rf .venv-infra; \
		echo "The tools that check infra/ cannot be had: its checks are skipped" >&2; }
	@$(PYTHON) -m infra.checks.promtool || true

# Node is the machine's, else that of a wheel: web/node.sh.
web: web/dist/index.html

web/node_modules/.ready: web/package-lock.json requirements-web.lock | setup
	@echo "Fetching what builds the web client (once)"
	@$(WEB) npm ci --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.ready $(WEB_SOURCES)
	@echo "Building the web client"
	@$(WEB) npm run --silent build
	@touch $@

run: setup
	@$(MAKE) --no-print-directory web || echo "The web client was not built: the suite starts without it" >&2
	$(BIN)/crm run --data $(DATA) --port $(PORT)

# The tests of pages drive a Chromium.
browser:
	@{ command -v chromium && fc-list | grep -qi cjk; } >/dev/null || { $(INSTALL) chromium fonts-noto-cjk fontconfig; } \
		|| echo "No chromium found: the tests of pages will be skipped (apt-get install chromium fonts-noto-cjk)" >&2

# The tests of Kafka and MongoDB start real servers, which take Java and Maven.
java:
	@{ command -v javac && command -v mvn; } >/dev/null || { $(INSTALL) openjdk-17-jdk-headless maven; } \
		|| echo "No Java or Maven found: the tests of Kafka and MongoDB will be skipped (apt-get install openjdk-17-jdk-headless maven)" >&2

# The cluster profile on this machine: every engine and every role a process of its own.
cluster: setup web java
	$(BIN)/python -m infra.cluster up --data $(DATA)/cluster

cluster-down: setup
	$(BIN)/python -m infra.cluster down --data $(DATA)/cluster

# The house tests belong to make check. Three workers: a third of the time they wait for processes they started.
test: setup web browser java infra-tools
	$(WEB) npm test --silent
	$(BIN)/python -m pytest -n 3 --dist loadfile --ignore tests/house

# Two parts at a time, each of which says what it has to say when it ends (where make is as new as version 4).
check: setup web infra-tools
	@$(MAKE) --no-print-directory -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) check-house check-python check-web check-infra

check-python: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check-web: web
	$(WEB) npm run --silent check
	$(WEB) npm run --silent budget

check-infra: setup
	$(BIN)/python -m infra.k8s.apiserver

check-house: setup web infra-tools
	$(BIN)/python -m pytest -q tests/house

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BIN)/python -m bench

prove: setup web browser java infra-tools
	$(BIN)/python -m infra.k8s.apiserver --build
	CRM_PROVE=1 $(BIN)/python -m pytest -n 2 --dist loadfile -rP tests/durability tests/integration tests/security tests/api tests/contract tests/mongo tests/kafka tests/clickhouse tests/kubernetes tests/cluster tests/e2e tests/unit/test_ledger_tree.py

soak: setup
	$(BIN)/python -m bench.soak --minutes $(MINUTES) --out $(OUT)

lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header requirements-bench.in -o requirements-bench.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-infra.in -o requirements-infra.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header requirements-web.in -o requirements-web.lock
	$(BIN)/python -m tests.house.notices

clean:
	rm -rf .venv .venv-infra .venv-node web/node_modules web/dist build out .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
