#!/usr/bin/env bash
# Builds the benches in the release preset and prints their figures beside what the machine can do.
#   tests/bench/run.sh [NAME…]     all of them, or those named: store_bench, http_read …
set -euo pipefail
cd "$(dirname "$0")/../.."
. adapter/setup.sh

set_up
build release bench fingerpost definitions

# How long a durable write of 4 KiB takes here: what every acknowledged message must wait for.
fdatasync_rate() {
  local file=build/release/fdatasync.probe seconds
  seconds=$( { LC_ALL=C dd if=/dev/zero of=$file bs=4k count=500 oflag=dsync 2>&1 || true; } |
    sed -n 's/.*, \([0-9.e-]*\) s, .*/\1/p')
  rm -f $file
  awk -v s="$seconds" 'BEGIN { printf "%.0f", 500 / s }'
}

say "The machine"
printf '%s cores, %s\n' "$(nproc)" "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)"
printf 'load %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
printf 'durable writes of 4 KiB: %s a second\n' "$(fdatasync_rate)"

# What they print, for those that compare.
rm -rf build/bench
mkdir -p build/bench

wanted=("$@")
is_wanted() {
  [ ${#wanted[@]} = 0 ] || printf '%s\n' "${wanted[@]}" | grep -qx "$1"
}
for source in tests/bench/*_bench.cpp tests/bench/*.sh; do
  name=$(basename "${source%.*}")
  [ "$name" = run ] && continue
  is_wanted "$name" || continue
  say "$name"
  case $source in
    *.sh) bash "$source" ;;
    *) "build/release/$name" | tee "build/bench/$name.txt" ;;
  esac
done
