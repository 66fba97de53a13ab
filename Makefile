# Each target is one script; what it does and why is told there.
.DEFAULT_GOAL := help
.PHONY: help run test bench drill fuzz-api watch site sqlx openapi setup

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up, build and serve the demo shop on http://127.0.0.1:8080
	@scripts/run.sh

test: ## set up, then format, lints, queries, Rust tests and browser tests
	@scripts/test.sh

bench: ## place orders over HTTP under load, beside the bare SQL floor; one table at the end
	@scripts/bench.sh $(ARGS)

drill: ## kill the shop thirty times under orders and bad neighbors; nothing may be lost or done twice
	@scripts/drill.sh $(ARGS)

fuzz-api: ## ask every operation of the REST API all kinds of things for some 15 minutes
	@scripts/fuzz-api.sh long $(ARGS)

watch: ## serve the demo shop and rebuild on every change (builds cargo-leptos once)
	@scripts/watch.sh

site: ## only what the browser loads: WebAssembly, JavaScript, CSS, public files
	@scripts/setup.sh site
	@scripts/build-site.mjs

sqlx: ## write .sqlx anew from the queries in the code and the migrations
	@scripts/sqlx.sh

openapi: ## write docs/openapi.json anew from the handlers
	@scripts/openapi.sh

setup: ## only install what `make run` and `make test` need
	@scripts/setup.sh test
