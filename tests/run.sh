#!/usr/bin/env bash
# Builds and passes every test, doing all its own set-up on a fresh Debian 12.
#   tests/run.sh [PRESET]     release (the default), dev (GCC) or clang, both with ASan and UBSan, or tsan
set -euo pipefail
cd "$(dirname "$0")/.."
. adapter/setup.sh

preset=${1:-release}
if [ "$preset" = clang ]; then set_up clang-14 libclang-rt-14-dev; else set_up; fi
build "$preset"
say "Testing: $preset"
"build/$preset/fingerpost" test-mappings mappings
exec ctest --preset "$preset" --parallel "$(nproc)"
