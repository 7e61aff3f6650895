#!/usr/bin/env bash
# A tour on made-up data: sample, index, question, cohort, split, manifest.
set -euo pipefail
cd "$(dirname "$0")/.."
here=demo
mkdir -p "$here"
export MAMMODEX_CATALOG="$here/catalog"

say() { # the command as one could type it, then what it prints
  printf '\n$'
  for word in "$@"; do
    case "$word" in *[!a-zA-Z0-9_./,=-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  "$@"
}

cargo build --release
PATH="${CARGO_TARGET_DIR:-$PWD/target}/release:$PATH"
rm -rf "$here/data" "$here/catalog" "$here"/train.csv*

say mammodex sample "$here/data" --patients 200
say mammodex index "$here/data"
say mammodex query "SELECT diagnosis, count(*) AS patients, sum(image_count) AS images FROM patients GROUP BY 1 ORDER BY 1"
say mammodex query "SELECT t_stage_code, vendor, count(*) AS patients, round(avg(tumor_size_cm), 1) AS size_cm
FROM patients WHERE t_stage >= 2 GROUP BY ALL ORDER BY ALL"
say mammodex cohort create advanced --t-stage '>=2' --vendor GE,Hologic
say mammodex cohort create everyone --sql "SELECT case_id FROM patients"
say mammodex split create seventy --cohort everyone --ratios train=0.7,val=0.1,test=0.2 --stratify diagnosis --seed 42
say mammodex manifest create seventy --format csv -o "$here/train.csv"

cat <<END

data set   $PWD/$here/data        (synthetic: no woman, no hospital)
catalog    $PWD/$here/catalog/current/*.parquet
cohorts    $PWD/$here/catalog/cohorts
splits     $PWD/$here/catalog/splits
manifest   $PWD/$here/train.csv, its provenance beside it
Next: mammodex shell --catalog $here/catalog
END
