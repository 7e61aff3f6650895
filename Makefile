# make setup   once: DuckDB's library        make demo   a sample, indexed and queried
# make test    all tests                     make lint   format and lints
# make build   the release binary            make wheel  wheel, tarball and Debian package in dist
# make bench   compared with other programs  make fuzz   random bytes as every kind of file, ten seconds each
.PHONY: setup build test lint demo wheel bench fuzz clean

setup:
	@bash scripts/setup.sh

build: setup
	cargo build --release

test: setup
	@if command -v cargo-nextest >/dev/null; then cargo nextest run; else cargo test; fi

lint: setup
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

demo: setup
	@bash scripts/demo.sh

wheel: setup
	@bash scripts/wheel.sh

fuzz: setup
	@bash scripts/fuzz.sh

bench: build
	@bench/index.py
	@bench/latency.py
	@bench/sql.py
	@bench/split.py
	@bench/manifest.py
	@bench/pixels.py
	@bench/quality.py

clean:
	cargo clean
