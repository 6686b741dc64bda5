#!/usr/bin/env bash
# The validator of @medplum/core on the resource of validate_bench.cpp, and how many times as fast ours is.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/bench/npm/fetch.sh

ours=$(figures_of validate_bench)
packages=build/bench-medplum
fetch_medplum $packages
node tests/bench/validate_js.mjs "$PWD/$packages" | tee build/bench/validate_js.txt
awk '
  FNR == NR && /^R4 with invariants/ && match($0, /[0-9]+\/s a core/) { own = substr($0, RSTART) + 0 }
  FNR != NR && match($0, /[0-9]+\/s a core/) { other = substr($0, RSTART) + 0 }
  END {
    if (own && other)
      printf "against @medplum/core: %.1f times as fast (ours, with invariants: %d/s a core; wanted: 50,000/s)\n",
        own / other, own
  }' "$ours" build/bench/validate_js.txt
