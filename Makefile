# Each target is one script; what it does and why is told there.
.DEFAULT_GOAL := help
.PHONY: help run test bench drill watch site sqlx setup

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up, build and serve the demo shop on http://127.0.0.1:8080
	@scripts/run.sh

test: ## set up, then format, lints, queries, Rust tests and browser tests
	@scripts/test.sh

bench: ## place orders over HTTP under load, beside the bare SQL floor; one table at the end
	@scripts/bench.sh $(ARGS)

drill: ## kill the shop thirty times under orders and bad neighbors; nothing may be lost or done twice
	@scripts/drill.sh $(ARGS)

watch: ## serve the demo shop and rebuild on every change (builds cargo-leptos once)
	@scripts/watch.sh

site: ## only what the browser loads: WebAssembly, JavaScript, CSS, public files
	@scripts/setup.sh site
	@scripts/build-site.mjs

sqlx: ## write .sqlx anew from the queries in the code and the migrations
	@scripts/sqlx.sh

setup: ## only install what `make run` and `make test` need
	@scripts/setup.sh test
