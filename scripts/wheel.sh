#!/usr/bin/env bash
# The wheel, the tarball and the Debian package: scripts/wheel.sh [--dev]
#
# A release build is linked by zig for glibc 2.28; --dev takes the binary of `cargo build` (or the one that
# MAMMODEX_BINARY names) with the glibc of this machine, and makes the wheel alone, for tests of what is packed.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/mammodex"
target="${CARGO_TARGET_DIR:-$PWD/target}"
glibc=2.28
dist="${MAMMODEX_DIST:-dist}"
wanted="hatchling==1.33.0 cargo-zigbuild==0.24.1 ziglang==0.17.1"
venv="$cache/wheel-venv"
if [ "$(cat "$venv/wanted" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check $wanted
  echo "$wanted" > "$venv/wanted"
fi
if [ "${1:-}" = --dev ]; then
  binary="${MAMMODEX_BINARY:-$target/debug/mammodex}"
  [ -x "$binary" ] || cargo build
  platform=linux_x86_64
else
  PATH="$venv/bin:$PATH" cargo zigbuild --release --bin mammodex --target "x86_64-unknown-linux-gnu.$glibc"
  binary="$target/x86_64-unknown-linux-gnu/release/mammodex"
  platform=manylinux_2_28_x86_64
fi

# Everything that is packed, as it is in the tarball.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
bundle="$work/mammodex-$version"
mkdir -p "$bundle/completions"
install -m 755 "$binary" "$bundle/mammodex"
strip "$bundle/mammodex"
install -m 644 "${DUCKDB_LIB_DIR:-$PWD/target/duckdb}/libduckdb.so" THIRD-PARTY.txt LICENSE-MIT LICENSE-APACHE r/mammodex.R "$bundle"
"$bundle/mammodex" completions bash > "$bundle/completions/mammodex.bash"
"$bundle/mammodex" completions zsh > "$bundle/completions/_mammodex"
"$bundle/mammodex" completions fish > "$bundle/completions/mammodex.fish"
"$bundle/mammodex" man "$bundle/man" 2> /dev/null

# Neither an absolute run path nor a newer glibc than promised.
for file in "$bundle/mammodex" "$bundle/libduckdb.so"; do
  if readelf -d "$file" | grep -E 'R(UN)?PATH' | grep -qE '(\[|:)/'; then
    echo "wheel: $file has an absolute run path" >&2
    exit 1
  fi
  newest=$(objdump -T "$file" | grep -o 'GLIBC_2\.[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -1)
  echo "$(basename "$file") needs glibc $newest"
  if [ "${1:-}" != --dev ] && [ "$(printf '%s\n' "$newest" "$glibc" | sort -V | tail -1)" != "$glibc" ]; then
    echo "wheel: that is newer than $glibc" >&2
    exit 1
  fi
done

mkdir -p "$dist"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
out="$(cd "$dist" && pwd)"
(cd python && MAMMODEX_BUNDLE="$bundle" MAMMODEX_PLATFORM="$platform" "$venv/bin/python" -m hatchling build -t wheel -d "$out")
if [ "${1:-}" = --dev ]; then exit; fi
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -czf "$out/mammodex-$version-x86_64-linux.tar.gz" "mammodex-$version"

# A Debian package: the binary finds its library beside itself, links followed.
if command -v dpkg-deb >/dev/null; then
  root="$work/deb"
  mkdir -p "$root/DEBIAN" "$root/usr/lib/mammodex" "$root/usr/bin" "$root/usr/share/doc/mammodex" \
    "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions" \
    "$root/usr/share/zsh/vendor-completions" "$root/usr/share/fish/vendor_completions.d"
  cp "$bundle/mammodex" "$bundle/libduckdb.so" "$root/usr/lib/mammodex"
  ln -s ../lib/mammodex/mammodex "$root/usr/bin/mammodex"
  cp "$bundle/THIRD-PARTY.txt" "$bundle/mammodex.R" "$root/usr/share/doc/mammodex"
  cat LICENSE-MIT LICENSE-APACHE > "$root/usr/share/doc/mammodex/copyright"
  gzip -9nk "$bundle"/man/*.1 && mv "$bundle"/man/*.gz "$root/usr/share/man/man1"
  cp "$bundle/completions/mammodex.bash" "$root/usr/share/bash-completion/completions/mammodex"
  cp "$bundle/completions/_mammodex" "$root/usr/share/zsh/vendor-completions"
  cp "$bundle/completions/mammodex.fish" "$root/usr/share/fish/vendor_completions.d"
  cat > "$root/DEBIAN/control" <<END
Package: mammodex
Version: $version
Architecture: amd64
Maintainer: mammodex authors <mammodex@localhost>
Depends: libc6 (>= $glibc), libstdc++6
Section: science
Priority: optional
Description: Parquet catalog and SQL engine for mammography data sets
 DICOM headers, clinical workbooks and lesion contours become tables, cohorts,
 splits and manifests for model training.
END
  dpkg-deb --root-owner-group --build "$root" "$out/mammodex_${version}_amd64.deb" > /dev/null
fi
ls -l "$out"
