# Everything for working on Cloudbroker; `make help` lists it. Only Python ≥ 3.11, make and a package index are needed.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTHON ?=

.DEFAULT_GOAL := help
.PHONY: help run test fuzz chaos many pictures screenshots bench check messages openapi lint types install install-dev lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed ## Start the whole portal with its database and demo data (PORT=8000, CLOUDBROKER_HOME=var)
	@exec $(BIN)/python -m cloudbroker.run --with-parent

test: $(VENV)/installed-dev ## Run every test on a private database, and say what was skipped
	@$(BIN)/python -m pytest -rs

fuzz: $(VENV)/installed-dev ## Let the tests that make up their examples make up new ones (EXAMPLES=20 of the API's)
	@FUZZ=1 $(BIN)/python -m pytest -q -m hypothesis
	@FUZZ=1 SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),20) $(BIN)/python -m pytest -q tests/e2e/test_api_by_contract.py tests/test_every_oddity.py

chaos: $(VENV)/installed-dev ## Let random faults befall a busy portal and count what is left (SCHEDULES=200 SEED=… BROKER="pgmq redis")
	@CHAOS_SCHEDULES=$(or $(SCHEDULES),200) CHAOS_SEED="$(SEED)" CHAOS_BROKERS="$(BROKER)" $(BIN)/python -m pytest -q -n 0 -k whatever tests/e2e/test_under_fire.py

many: $(VENV)/installed-dev ## Measure many resellers and browsers at once (MANY="resellers large-files rows browsers", BROKER=…)
	@MANY="$(or $(MANY),20 3 100000 50)" CHAOS_BROKERS="$(BROKER)" $(BIN)/python -m pytest -q -n 0 -k small_files tests/e2e/test_under_fire.py

pictures: $(VENV)/installed-dev ## Keep a picture of every page, light and dark, on a phone and on a desk (IN=pictures)
	@PICTURES=$(abspath $(or $(IN),pictures)) $(BIN)/python -m pytest -q -n 0 tests/e2e/test_every_page.py tests/e2e/test_every_tenant.py

screenshots: $(VENV)/installed-dev ## Take the pictures of the README and the guide anew (needs Chromium)
	@PYTHONPATH=.:tests $(BIN)/python -m e2e.screenshots

bench: $(VENV)/installed-dev ## Measure imports against COPY and others, in turn (ROWS=100000 ROUNDS=5, MOST=1000000 for growth)
	@$(BIN)/python -m benchmarks --keep --rows $(or $(ROWS),100000) --rounds $(or $(ROUNDS),5) --most $(or $(MOST),0) $(if $(ONLY),--only $(ONLY))

check: lint types $(VENV)/installed-dev ## Run every check but the tests: style, types, migrations, imports, dependencies, licences
	@$(CHECKING) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/lint-imports
	$(BIN)/deptry . --config .ci/deptry.toml
	@echo "Licences of everything installed"
	@$(BIN)/pip-licenses --allow-only="$(LICENCES)" --ignore-packages $(READ_BY_HAND) >/dev/null
	@$(BIN)/python .ci/audit.py requirements.txt

messages: $(VENV)/installed-dev ## Bring locale/ up to the texts of the source, and compile it; says what is untranslated
	@$(CHECKING) DJANGO_SETTINGS_MODULE=cloudbroker.settings PYTHONPATH=.:tests $(BIN)/python -m support.catalogues

openapi: $(VENV)/installed-dev ## Write docs/openapi.json anew from the routes
	@$(CHECKING) DJANGO_SETTINGS_MODULE=cloudbroker.settings $(BIN)/python -W ignore -c \
	  "import django; django.setup(); from cloudbroker.api import written; print(written(), end='')" > docs/openapi.json

lint: $(VENV)/installed-dev ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev ## Check types
	@$(CHECKING) $(BIN)/mypy .

install: $(VENV)/installed ## Make the virtual environment with what the portal needs

install-dev: $(VENV)/installed-dev ## … and with what its tests and checks need

lock: ## Write requirements*.txt anew from requirements*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt

clean: ## Remove the virtual environment and caches; data in var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
LICENCES = $(shell grep '^[[:alnum:]]' .ci/licences.txt | paste -sd ';')
# Their packages don't name a licence; the file in them is MIT's.
READ_BY_HAND := axe-playwright-python
# Tools that read the settings need some, and no server behind them.
CHECKING := CLOUDBROKER_ENV=test SECRET_KEY=unused DATABASE_URL=postgresql://unused@/unused BROKER_URL=memory://

# Stamps: installing is left out while the lists are unchanged.
$(VENV)/installed: requirements.txt | $(BIN)/python
	@echo "Installing what the portal needs: a minute or two, this once …"
	@$(PIP) install -qq --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what the tests need …"
	@$(PIP) install -qq --require-hashes --requirement requirements-dev.txt
	@touch $@

# The pip that comes with Python 3.11 forgets a pinned version when another package asks for it with an extra.
$(BIN)/python:
	@echo "Making a virtual environment in $(VENV) …"
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$python" -m venv $(VENV) && $(PIP) install -qq --upgrade pip && exit 0; \
	    echo "$$python can't make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; \
	    rm -rf $(VENV); exit 1; fi; done; \
	echo "Cloudbroker needs Python 3.11 or newer, and none was found. Install one, or name it: make run PYTHON=/path/to/python3"; exit 1
