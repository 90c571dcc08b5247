# HOST, PORT, ENABLED_MODULES and the other settings given to make reach the process as its environment.
.DEFAULT_GOAL := help
.NOTPARALLEL:
# Where Python may not keep what it compiles, every start compiles all libraries again: twice the time,
# and the tests start it two dozen times.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
ASYNCAPI := tests/contract/asyncapi
CHARTS := tests/contract/lightweight-charts
TERMINAL := src/trading_api/terminal/index.html
TERMINAL_SOURCES := $(shell find frontend/apps/terminal frontend/packages/client -type f -not -path '*/node_modules/*' \
  -not -path '*/dist/*' -not -path '*/tests/*' -not -path '*/browser/*' -not -path '*/figures/*') frontend/package-lock.json
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix frontend --silent
BROKER := src/trading_api/modules/broker
ENGINE_TESTS := $(wildcard $(BROKER)/engine/tests/test_*.py)
LEDGER_TESTS := $(wildcard $(BROKER)/journal/tests/test_*.py $(BROKER)/journal/*/tests/test_*.py) $(wildcard $(BROKER)/paper/tests/test_*.py)
CLIENTS ?= alpaca-trade-api alpaca-mcp-server lumibot
SEED := $(or $(SEED),$(shell date +%s))
UV := $(or $(shell uv cache dir >/dev/null 2>&1 && command -v uv),.uv/bin/uv)

.PHONY: dev serve test test-long test-all test-pythons check fuzz format generate-ws-routers export-openapi-spec export-asyncapi-spec generate-frontend-types generate-python-client coverage prove bench soak venue-soak kills live-kills chaos deploy-trials postgres clients lock help checked terminal figures screenshots browsed built checked-python wheel test-wheels sbom

dev: .venv/.synced built ## Serve with reload on HOST (127.0.0.1) and PORT (8000)
	@$(BIN)/trading-api serve --reload

serve: .venv/.synced built ## Serve as in production, without reload: one process, or several with WORKERS=2
	@exec $(BIN)/trading-api serve $(if $(WORKERS),--workers $(WORKERS))

# Without the terminal all else is served, and / says so.
built:
	@$(MAKE) --silent $(TERMINAL) || echo "The terminal could not be built, for the reason above." >&2

# Each process of the tests collects all of them, for 8 CPU seconds; a third one uses the waits of two.
# Files keep the order of conftest.py: xdist would put those with the fewest tests, the longest, last.
PYTEST := $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# `make test check` makes the quick checks first and runs no test twice.
test: .venv/.synced $(if $(filter check,$(MAKECMDGOALS)),checked) ## Run the tests but the longest ones: less than four minutes on two cores
	@$(PYTEST) --files=short

test-long: .venv/.synced ## Run the longest tests, which start processes or draw many random cases
	@$(PYTEST) --files=long

test-all: .venv/.synced ## Run every test
	@$(PYTEST)

# PYTHONS and TESTS choose others: what CI runs takes less than a minute.
test-pythons: .venv/.synced ## Run the tests on the newer Pythons that are found: PYTHONS (3.12 3.13 3.14)
	@UV=$(UV) scripts/test_on_pythons.sh $(or $(PYTHONS),3.12 3.13 3.14) -- $(TESTS)

check: checked $(if $(filter test,$(MAKECMDGOALS)),test-long,test-all) browsed ## Run what CI runs: format, lint, types, import contracts, generated files, tests, a browser

browsed: $(TERMINAL) ## Run the terminal in a browser: SHARD=1/8 for a part, WINDOW and SCHEME for other windows
	$(NPM) run browse

# The front end's checks run next to those in Python: each of the two keeps one core busy.
checked: .venv/.synced $(addsuffix /node_modules/.package-lock.json,$(ASYNCAPI) $(CHARTS) frontend)
	@$(NPM) run check & frontend=$$!; status=0; \
	  $(MAKE) checked-python || status=$$?; wait $$frontend || status=$$?; exit $$status

checked-python: .venv/.synced $(ASYNCAPI)/node_modules/.package-lock.json
	$(BIN)/black --check --quiet .
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/generate_all.py --check
	$(BIN)/node $(ASYNCAPI)/validate.mjs asyncapi.json

format: .venv/.synced frontend/node_modules/.package-lock.json ## Format the code and apply the fixes of ruff and biome
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/black --quiet .
	$(NPM) run format

generate-ws-routers: .venv/.synced ## Write every module's ws_generated/ from its ws.py
	@$(BIN)/python scripts/generate_ws_router.py

export-openapi-spec: .venv/.synced ## Write openapi.json
	@$(BIN)/python scripts/export_openapi_spec.py

export-asyncapi-spec: .venv/.synced ## Write asyncapi.json
	@$(BIN)/python scripts/export_asyncapi_spec.py

figures: $(TERMINAL) ## Measure the terminal in a browser and print the figures
	@$(NPM) run figures --workspace=@trading-api/terminal

screenshots: $(TERMINAL) ## Write the pictures of the terminal in docs/
	@$(NPM) run screenshots --workspace=@trading-api/terminal

terminal: $(TERMINAL) ## Build the terminal if its sources changed

generate-frontend-types: .venv/.synced frontend/node_modules/.package-lock.json ## Write the client's types from openapi.json and asyncapi.json
	@$(NPM) run generate

generate-python-client: .venv/.synced ## Write the Python client's models from openapi.json and asyncapi.json, and its Client
	@$(BIN)/python scripts/generate_python_models.py
	@$(BIN)/python scripts/generate_blocking_client.py

coverage: .venv/.synced ## Show that the tests reach every branch of the engine and the ledger
	@$(BIN)/coverage run -m pytest $(ENGINE_TESTS) $(LEDGER_TESTS)
	@$(BIN)/coverage report

prove: .venv/.synced ## Drive the engine and its naive twin through EXAMPLES (10000) random streams of SEED
	@echo "SEED=$(SEED)"
	@PROVE_EXAMPLES=$(or $(EXAMPLES),10000) $(BIN)/pytest --hypothesis-seed=$(SEED) $(filter %_properties.py,$(ENGINE_TESTS))

bench: .venv/.synced ## Print the figures of docs/benchmarks.md, or those of SCENARIOS
	@$(BIN)/python -m benchmarks $(SCENARIOS)

soak: .venv/.synced ## Connect and disconnect clients for SOAK_S seconds (3600), and check for leaks
	@SOAK_S=$(or $(SOAK_S),3600) $(BIN)/pytest --quiet tests/test_soak.py

venue-soak: .venv/.synced ## Follow a simulated venue with faults for SOAK_S seconds (3600), and compare every trade and bar
	@$(BIN)/python -m tests.venue_soak --seconds $(or $(SOAK_S),3600)

kills: .venv/.synced ## Kill a trading broker, and price alerts, 200 times at random moments, and check for lost data
	@mkdir -p var && folder=$$(mktemp -d var/kills.XXXXXX) && \
	  $(BIN)/python -m tests.kit.killed_writers $$folder 200 && \
	  $(BIN)/python -m tests.kit.killed_alerts $$folder 200; \
	  status=$$?; rm -rf $$folder; exit $$status

live-kills: .venv/.synced ## Kill a server with a live account at each step of an order, at the simulated venue
	@LIVE_KILLS=1 $(BIN)/pytest --quiet -n0 tests/test_live_kills.py

chaos: .venv/.synced ## Fail processes of a DEPLOYMENT (cluster, workers, embedded) under load for SECONDS (300), from SEED
	@$(BIN)/python -m tests.chaos --seconds $(or $(SECONDS),300) --seed $(SEED) --bus $(or $(BUS),nats)

deploy-trials: .venv/.synced .venv/deployment/.synced ## Run the processes of deploy/ without Docker
	@DEPLOY_TRIALS=1 $(BIN)/pytest --quiet -n0 tests/deploy tests/test_behind_nginx.py

postgres: .venv/.synced ## Run the ledger's tests on PostgreSQL, which comes as a wheel
	@$(BIN)/pytest $(BROKER)/journal/postgres $(BROKER)/journal/tests/test_journal.py $(BROKER)/journal/tests/test_history.py

clients: $(CLIENTS:%=.venv/clients/%/.synced) ## Run other people's clients against the server, each in an environment of its own: CLIENTS
	@CLIENTS="$(CLIENTS)" $(BIN)/pytest --quiet -n0 tests/clients

fuzz: .venv/.synced ## Fuzz REST, the socket and the optional modules for SECONDS (300) each, from SEED
	@$(BIN)/python -m tests.kit.fuzz

lock: $(UV) ## Resolve requirements/ again; UPGRADE=1 takes the latest versions
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 pyproject.toml --group fastws -c requirements/dev.txt -o requirements/runtime.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 pyproject.toml --group container -c requirements/dev.txt -o requirements/container.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group live -c requirements/dev.txt -o requirements/live.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group deployment -c requirements/dev.txt -o requirements/deployment.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group sbom -c requirements/dev.txt -o requirements/sbom.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group installer -o requirements/uv.txt
	$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group recordings -o requirements/recordings.txt
	@for name in $(CLIENTS); do \
	  $(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --python-version 3.11 --group client-$$name -o requirements/client-$$name.txt || exit 1; \
	done

wheel: $(TERMINAL) | $(UV) ## Write the wheels of the server, with the terminal, and of the Python client to dist/
	@rm -f dist/*.whl
	@$(UV) build --quiet --wheel --no-build-isolation --python .venv --out-dir dist .
	@$(UV) build --quiet --wheel --no-build-isolation --python .venv --out-dir dist clients/python
	@ls dist/*.whl

sbom: .venv/sbom/.synced ## Write the bill of materials (SBOM, CycloneDX) of the server's Python packages to dist/
	@mkdir -p dist
	@PYTHONPATH=.venv/sbom $(BIN)/python -m cyclonedx_py environment --output-reproducible --pyproject pyproject.toml \
	  --mc-type application --output-format JSON --output-file dist/trading-api.cdx.json .venv/sbom/server

test-wheels: wheel sbom ## Install the wheels in empty environments of PYTHONS (3.11), and start the server
	@WHEELS=$(CURDIR)/dist UV=$(abspath $(UV)) PYTHONS="$(PYTHONS)" $(BIN)/pytest -n0 tests/test_wheels.py

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-24s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/.synced: pyproject.toml clients/python/pyproject.toml requirements/dev.txt requirements/recordings.txt | $(UV)
	@$(python_is_current)
	@$(UV) venv --quiet --allow-existing --python python3 .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable . --editable clients/python
	@$(UV) pip install --quiet --python .venv --no-deps --require-hashes --target .venv/recordings -r requirements/recordings.txt
	@touch $@

# Linters of deploy/: 60 MB, which only CI installs.
.venv/deployment/.synced: requirements/deployment.txt | .venv/.synced
	@$(UV) pip install --quiet --python .venv --no-deps --require-hashes --target .venv/deployment -r $<
	@touch $@

# Licences and dependencies are read from what is installed, so the server's packages stand next to the tool.
.venv/sbom/.synced: requirements/sbom.txt requirements/runtime.txt | .venv/.synced
	@$(UV) pip install --quiet --python .venv --no-deps --require-hashes --target .venv/sbom -r $<
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv/sbom/server
	@$(UV) pip install --quiet --python .venv/sbom/server --no-deps --require-hashes -r requirements/runtime.txt
	@touch $@

# Clients of docs/compatibility.md: 2 GB, most of it of lumibot.
.venv/clients/%/.synced: requirements/client-%.txt | .venv/.synced
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv/clients/$*
	@$(UV) pip sync --quiet --python .venv/clients/$* --require-hashes $<
	@touch $@

.uv/bin/uv: requirements/uv.txt
	@$(python_is_current)
	@rm -rf .uv
	@if python3 -c 'import ensurepip' 2>/dev/null; then \
	  python3 -m venv .uv && .uv/bin/python -m pip install $(PIP_OPTIONS) -r $<; \
	elif python3 -m pip --version >/dev/null 2>&1; then \
	  python3 -m pip install $(PIP_OPTIONS) --target .uv -r $<; \
	else \
	  echo "Install uv, or pip for python3 (on Debian and Ubuntu: apt install python3-venv), then try again." >&2; exit 1; \
	fi
	@touch $@

PIP_OPTIONS := --quiet --disable-pip-version-check --require-hashes

define python_is_current
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
  { echo "Python 3.11 or later is needed as python3 (here: $$(python3 --version 2>/dev/null || echo none))." >&2; exit 1; }
endef

# The page that is served at /: built where what it is made of is newer than it.
$(TERMINAL): $(TERMINAL_SOURCES) | .venv/.synced frontend/node_modules/.package-lock.json
	@$(NPM) run build --workspace=@trading-api/terminal
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json | .venv/.synced
	@$(BIN)/npm ci --prefix $* --ignore-scripts --no-audit --no-fund --silent
	@touch $@
