#!/usr/bin/env bash
# Runs every fuzz target for a while: scripts/fuzz.sh [SECONDS EACH] [TARGET ...]
#
# libFuzzer with the stable compiler: branches of the product are counted, those of its
# dependencies are not, and what the tests have built is used again. An input that fails is
# written to target/fuzz/TARGET; the run then ends with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-20}"
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(header workbook annotation)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work="$CARGO_TARGET_DIR/fuzz"
mkdir -p "$work"

# Cargo cannot give flags to one crate alone; a wrapper around the compiler can.
cat > "$work/rustc" <<'WRAPPER'
#!/usr/bin/env bash
case " $* " in
  *" --crate-name mammodex "*|*" --crate-name header "*|*" --crate-name workbook "*|*" --crate-name annotation "*)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares ;;
  *) exec "$@" ;;
esac
WRAPPER
chmod +x "$work/rustc"
cp Cargo.lock fuzz/Cargo.lock
RUSTC_WRAPPER="$work/rustc" cargo build --manifest-path fuzz/Cargo.toml

export LD_LIBRARY_PATH="${DUCKDB_LIB_DIR:-$PWD/target/duckdb}"
for target in "${targets[@]}"; do
  mkdir -p "$work/$target"
  log="$work/$target.log"
  if ! "$CARGO_TARGET_DIR/debug/$target" "$work/$target" "fuzz/corpus/$target" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/$target-" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "fuzz: $target failed; the input is $work/$target-*" >&2
    exit 1
  fi
  echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, none failed"
done
