#!/usr/bin/env bash
# Fuzzes every parser for a while each, from the seeds here and the public corpora where they are.
#   tests/fuzz/run.sh [SECONDS [TARGET…]]     60 seconds and all targets, when not told otherwise
# A crash, leak, hang (5 s) or more than 2 GB of memory ends it with the input in build/fuzz/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
. adapter/setup.sh

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for file in tests/fuzz/*_fuzz.cpp; do
    targets+=("$(basename "$file" _fuzz.cpp)")
  done
fi
set_up clang-14 libclang-rt-14-dev
build fuzz "${targets[@]/%/_fuzz}" definitions

# Public files that a target can begin with, when the shared data is beside the project.
seeds_of() {
  local data=../shared/data
  case $1 in
    resource) echo "$data/conformance/fhirpath/inputs-r4" "$data/conformance/jsontestsuite/test_parsing" ;;
    map) echo "$data/fml/HL7-fhir-cross-version/R3toR4" ;;
    frame) echo "$data/hl7v2/microsoft" ;;
  esac
}

mkdir -p build/fuzz/found
for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus"
  folders=("$corpus")
  for folder in "tests/fuzz/seeds/$target" $(seeds_of "$target"); do
    [ -d "$folder" ] && folders+=("$folder")
  done
  say "Fuzzing: $target, $seconds s"
  log=build/fuzz/$target.log
  status=0
  "build/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix=build/fuzz/found/ "${folders[@]}" \
    >"$log" 2>&1 || status=$?
  grep -E 'ERROR|SUMMARY|not so|stat::(number_of|average|peak)' "$log" || true
  [ $status = 0 ] || fail "$target: the input is in build/fuzz/found, the story in $log"
done
say "Nothing found."
