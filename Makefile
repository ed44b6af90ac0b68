# guichet: `make` lists what there is to make.
.DEFAULT_GOAL := help
.PHONY: help build demo run test check quick bench clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

build: ## Build guichet and its laboratory into bin/
	@echo "build bin/guichet and bin/lab (the first time downloads Go modules)"
	@go build -trimpath -o bin/ ./cmd/guichet ./cmd/lab

demo: build ## A minute of real calls: sets up what is missing, shows the floor, checks the counts
	@bin/lab demo

run: build ## The same stack without simulated calls, until Ctrl-C
	@bin/lab run

test: check ## Every test, end-to-end ones on real Asterisk and Redis included (needs root)
	@bin/lab prepare
	# One package at a time: real calls and probes want the processor for themselves.
	# The ledger on a Valkey too, where one can be had; lab says why if not.
	# Tests leave no goroutine behind, so the race detector need not wait a second for one
	# at the end of each package.
	GORACE="$${GORACE:-atexit_sleep_ms=0}" GUICHET_REDIS_SERVER="$${GUICHET_REDIS_SERVER:-$$(bin/lab valkey || true)}" GUICHET_LAB=1 go test -race -count=1 -p 1 -timeout 30m ./...

quick: ## The tests that need neither root nor Asterisk, in under a minute
	go test ./...

bench: build ## guichet beside app_queue on real Asterisk (needs root), and alone with Redis; rewrites docs/benchmarks.md
	go test ./acd -run '^$$' -bench Decisions -benchtime 2s
	go test ./internal/coverage -run '^$$' -bench Check3000Agents -benchtime 5x
	@bin/lab bench --document docs/benchmarks.md

.PHONY: schemas
schemas: ## The JSON Schemas and the references of keys, made again from the types that read them
	go test ./config -run 'TestTheSchemas|TestTheReference' -update

.PHONY: compose-test
compose-test: build ## docker-compose.yml, built, started, called and stopped (root if no Docker runs)
	@bin/lab compose-test

.PHONY: card
card: build ## The agent card's bundle, built again from its sources with npm
	@bin/lab card

check: build compiler ## Formatting, vet, and the sample site
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	go vet ./...
	bin/guichet check --texts-only --site examples/dgfip

# The race detector needs a C compiler.
.PHONY: compiler
compiler:
	@command -v gcc >/dev/null || { echo "install gcc for the race detector"; apt-get update -qq && apt-get install -y -qq gcc libc6-dev; }

clean: ## Remove what was built, and this clone's laboratory (the cached Asterisk stays)
	rm -rf bin .lab
