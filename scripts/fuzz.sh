#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh [SECONDS EACH] [TARGET ...]
#
# libFuzzer with the stable compiler: branches of the product are counted, those of its
# dependencies are not, and what the tests have built is used again. As many targets run at once
# as there are processors, or MAMMODEX_FUZZ_JOBS. An input that fails is written to
# target/fuzz/TARGET-*; the run then ends with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-10}"
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd fuzz/corpus && ls -d */ | tr -d /)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work="$CARGO_TARGET_DIR/fuzz"
mkdir -p "$work"

# Cargo cannot give flags to one crate alone; a wrapper around the compiler can.
cat > "$work/rustc" <<'WRAPPER'
#!/usr/bin/env bash
case " $* " in
  *" --crate-name mammodex "*|*" --crate-name mammodex_fuzz "*)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares ;;
  *) exec "$@" ;;
esac
WRAPPER
chmod +x "$work/rustc"
cp Cargo.lock fuzz/Cargo.lock
RUSTC_WRAPPER="$work/rustc" cargo build --manifest-path fuzz/Cargo.toml

export LD_LIBRARY_PATH="${DUCKDB_LIB_DIR:-$PWD/target/duckdb}" work seconds
run() { # one target
  mkdir -p "$work/$1"
  log="$work/$1.log"
  # -rss_limit_mb: the program itself, with DuckDB, has 300 MB.
  if ! MAMMODEX_FUZZ_TARGET="$1" "$CARGO_TARGET_DIR/debug/mammodex-fuzz" "$work/$1" "fuzz/corpus/$1" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$work/$1-" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "fuzz: $1 failed; the input is $work/$1-*" >&2
    return 1
  fi
  echo "fuzz: $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, none failed"
}
export -f run
printf '%s\n' "${targets[@]}" | xargs -P "${MAMMODEX_FUZZ_JOBS:-$(nproc)}" -I{} bash -c 'run {}'
rm -rf /dev/shm/mammodex-fuzz-*
