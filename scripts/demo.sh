#!/usr/bin/env bash
# A tour on synthetic data, by the release binary of this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release
rm -rf demo
exec "${CARGO_TARGET_DIR:-$PWD/target}/release/mammodex" demo demo
