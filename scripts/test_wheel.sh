#!/usr/bin/env bash
# A wheel as a newcomer meets it: scripts/test_wheel.sh WHEEL
#
# An empty virtual environment, an empty HOME, no checkout, no settings: the demonstration runs, the package opens
# its catalog, and `pip install --target` works too. The packages that the wheel needs come from pip.
set -euo pipefail
wheel="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/home" "$work/here"
cd "$work/here"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "$wheel"
clean() { env -i HOME="$work/home" LANG=C.UTF-8 PATH="$work/venv/bin:/usr/bin:/bin" "$@"; }
fail() { echo "test_wheel: $1" >&2; exit 1; }

start=$(date +%s)
clean mammodex demo tour > demo.txt 2> demo.err || { cat demo.txt demo.err; fail "mammodex demo"; }
echo "mammodex demo took $(($(date +%s) - start)) s"
grep -q '^\$ mammodex manifest create seventy' demo.txt || fail "the demonstration shows no commands"
[ "$(wc -l < tour/train.csv)" -gt 700 ] || fail "the manifest is short"
clean python -c '
import mammodex
catalog = mammodex.open("tour/catalog")
assert catalog.sql("SELECT count(*) FROM cohorts.everyone").fetchall() == [(200,)]
assert catalog.split("seventy").patients == 200
assert "mammodex/bundle" in str(mammodex.binary()), mammodex.binary()
'
clean mammodex licenses | grep -q DuckDB || fail "no licences"
bundle=$(clean python -c 'import mammodex; print(mammodex.binary().parent)')
for file in THIRD-PARTY.txt mammodex.R completions/mammodex.bash completions/_mammodex completions/mammodex.fish man/mammodex-index.1; do
  [ -s "$bundle/$file" ] || fail "$file is not in the wheel"
done
clean bash -c "source $bundle/completions/mammodex.bash && complete -p mammodex" > /dev/null || fail "completions"

python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$work/target" "$wheel"
clean PYTHONPATH="$work/target" python3 "$work/target/bin/mammodex" --version > /dev/null || fail "pip --target"
echo "wheel: passed"
