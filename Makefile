# Every command a person types; `make help` lists them. What takes more than a few lines is in scripts/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# All results are below this folder, whatever a person's own cargo settings say.
export CARGO_TARGET_DIR := $(CURDIR)/target

# `wasm` is small and slow to build, for shipping and measuring; `wasm-dev` is for everything else.
WASM_PROFILE ?= wasm-dev
WASM_FILE = target/wasm/wasm32-unknown-unknown/$(WASM_PROFILE)/frontend.wasm
BUNDLE = target/debug/bundle --wasm $(WASM_FILE) --style style/main.scss --assets style/public --out target/site
DIST := target/release-dist

# `make run LISTEN=127.0.0.1:3001` serves somewhere else.
ifdef LISTEN
export FAULTDESK_SERVER__LISTEN := $(LISTEN)
endif

.PHONY: help run dev test check quick db e2e shots bench release fmt clean
.PHONY: toolchain wasm bundler site site-release server server-release

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- for people ----

run: ## Install what is missing, build, and serve the demonstration on http://127.0.0.1:3000 (LISTEN=ADDRESS:PORT)
	@scripts/step.sh 1/5 "C compiler" scripts/need.sh cc gcc libc6-dev
	@scripts/step.sh 2/5 "Rust toolchain" $(MAKE) toolchain
	@scripts/step.sh 3/5 "browser half (WebAssembly)" $(MAKE) wasm
	@scripts/step.sh 4/5 "site" $(MAKE) site
	@scripts/step.sh 5/5 "server" $(MAKE) server
	@exec target/debug/faultdesk serve --demo

dev: ## Serve the demonstration, rebuild and restart on every change
	+@scripts/dev.sh

test: ## Install what is missing and run everything that must pass
	+@scripts/test.sh

check: ## Before a commit: formatting, lints, unit tests, repository rules
	+@scripts/test.sh check

quick: ## Formatting and the tests of app/domain
	+@scripts/test.sh quick

db: ## The store's tests on SQLite and on a PostgreSQL of their own
	+@scripts/test.sh db

e2e: ## End-to-end tests in Chromium (AREA=tickets for one area)
	+@scripts/e2e.sh $(AREA)

shots: ## Pictures of every page and mail, both themes, 1440 and 390 wide, in target/shots/
	+@FAULTDESK_SHOTS=1 scripts/e2e.sh $(AREA)

bench: ## Measure speed and size (docs/benchmarks.md)
	+@scripts/bench.sh

release: ## One binary with the site inside, its SHA-256 and deploy files, in target/release-dist/
	@scripts/step.sh 1/4 "Rust toolchain" $(MAKE) toolchain
	@scripts/step.sh 2/4 "site, optimised" $(MAKE) site-release
	@scripts/step.sh 3/4 "server, optimised, with the site inside" $(MAKE) server-release
	@rm -rf $(DIST) && mkdir -p $(DIST)
	@cp target/release/faultdesk $(DIST)/ && cp -R deploy $(DIST)/
	@cd $(DIST) && sha256sum faultdesk >faultdesk.sha256
	@echo "[4/4] $(DIST): $$(du -h $(DIST)/faultdesk | cut -f1) $$(cat $(DIST)/faultdesk.sha256)"

fmt: ## Format all Rust code
	@cargo fmt --all

clean: ## Remove everything built; data/ stays
	@rm -rf target end2end/node_modules end2end/test-results

# ---- building blocks ----

# These need a compiler. Which one, is asked once and remembered in target/toolchain.mk; it is asked again when
# scripts/toolchain.sh changed or what is remembered has gone.
ifneq ($(filter toolchain wasm bundler site site-release server server-release,$(MAKECMDGOALS)),)
ifndef MAKE_RESTARTS
$(shell scripts/toolchain-check.sh || rm -f target/toolchain.mk)
endif
include target/toolchain.mk
endif

target/toolchain.mk: scripts/toolchain.sh
	@mkdir -p target
	@scripts/need.sh cc gcc libc6-dev
	@{ echo "# FAULTDESK_TOOLCHAIN $${FAULTDESK_TOOLCHAIN:-}"; scripts/toolchain.sh; } >$@.tmp
	@mv $@.tmp $@

toolchain:
	@echo "using $(NATIVE_CARGO); for the browser half $(WASM_CARGO)"

wasm:
	@$(WASM_ENV) $(WASM_CARGO) build --locked -p frontend --profile $(WASM_PROFILE) --target wasm32-unknown-unknown --target-dir target/wasm

bundler:
	@$(NATIVE_CARGO) build --locked -p bundle

site: wasm bundler
	@$(BUNDLE)

# Smaller by a third, and slower: for shipping and measuring.
site-release: WASM_PROFILE := wasm
site-release: wasm bundler
	@scripts/npm.sh
	@$(BUNDLE) --optimise --wasm-opt end2end/node_modules/.bin/wasm-opt

server:
	@$(NATIVE_CARGO) build --locked -p server

server-release:
	@$(NATIVE_CARGO) build --locked --release -p server --features embed
