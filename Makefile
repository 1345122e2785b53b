# The one door to everything: `make help` lists what there is. The work is done by scripts/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Built files live outside the checkout, so that a clean clone and CI share them.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/yakuba/target

# More words for the program or the tool behind a target: make run ARGS="--port 8081"
ARGS ?=

.PHONY: help run test clients lint fmt check bench soak fuzz docs clean-data screenshots

help: ## List what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: ## Build when something changed, then open the demo city on http://localhost:8080
	@scripts/run-demo $(ARGS)

test: ## Install what the tests need, then run every test once
	@scripts/test $(ARGS)

clients: ## Let real clients (ckanapi, OWSLib) read the open data of a demo city; needs Python and the network
	@scripts/clients $(ARGS)

lint: ## Check format, lints, licences and sources of dependencies
	@scripts/lint

fmt: ## Format the code
	cargo fmt --all

check: ## Compile everything without running it
	cargo check --workspace --all-targets --locked

bench: ## Measure the plan on 10 million facts, applications by 200 people at once and a rush for rooms (many minutes)
	cargo build --locked --release -p yakuba -p bench
ifeq ($(ARGS),)
	cargo run --locked --release -p bench -- plan
	DURABLE=1 scripts/with-postgres cargo run --locked --release -p bench -- procedures
	DURABLE=1 scripts/with-postgres cargo run --locked --release -p bench -- booking
	DURABLE=1 scripts/with-postgres cargo run --locked --release -p bench -- places
else
	DURABLE=1 scripts/with-postgres cargo run --locked --release -p bench -- $(ARGS)
endif

soak: ## Kill the server while people apply and book, a rush, then read pages for a minute (CRASH_ROUNDS=20 RUSH_ROUNDS=1000 SECONDS_LONG=60)
	@scripts/soak $(ARGS)

fuzz: ## Feed random input to the readers, 60 seconds each (SECONDS_EACH=60)
	@scripts/fuzz $(ARGS)

docs: ## Build the documentation of the code; a warning is an error
	@scripts/docs

screenshots: ## Take pictures of every page into browser-tests/out
	@scripts/screenshots

clean-data: ## Throw the demo city's data away (asks first)
	@scripts/clean-data
