#!/usr/bin/env bash
# Fuzzes every parser and engine for a while each, from the seeds here and the public corpora where
# they are.
#   tests/fuzz/run.sh [SECONDS [TARGET…]]     60 seconds of processor time each, and all targets,
#                                             when not told otherwise
# FUZZ_SEED=N begins with nothing but the seeds and gives the same inputs in the same order to the same
# build, as many as there is time for; otherwise they are others each time, and go on from the last.
# A crash, leak, hang (20 s) or more than 2 GB of memory ends it with the input in build/fuzz/found.
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
set_up clang-14 libclang-rt-14-dev python3
build clang "${targets[@]/%/_fuzz}" definitions

# Of the suites that are one file each, a file a case.
suite_seeds=build/fuzz/suites
rm -rf "$suite_seeds"
tests/fuzz/suite_seeds.py ../shared/data/conformance "$suite_seeds"

# Public files that a target can begin with, when the shared data is beside the project.
seeds_of() {
  local data=../shared/data
  case $1 in
    xml) echo "$data/conformance/fhirpath/inputs-r4" ;;
    resource) echo "$data/conformance/fhirpath/inputs-r4" "$data/conformance/jsontestsuite/test_parsing" ;;
    validate) echo "$data/conformance/fhirpath/inputs-r4" "$data/conformance/validator-r4/files" ;;
    terminology) echo "$data/conformance/terminology/tests/validation" ;;
    map)
      echo "$data/fml/HL7-fhir-cross-version/R3toR4" \
        "$data"/fml/ahdis-matchbox/matchbox-engine/src/test/resources/mapping-language/tutorial/step*/map
      ;;
    frame) echo "$data/hl7v2/microsoft" ;;
    fhirpath | patch | ucum) echo "$suite_seeds/$1" ;;
  esac
}

# The processor time of a process, in seconds; nothing when it is over.
spent() {
  local line
  read -r line 2>/dev/null <"/proc/$1/stat" || return 0
  set -- ${line##*) }
  echo $(((${12} + ${13}) / $(getconf CLK_TCK)))
}

# Runs a command until it has had its processor time; its own status, or 0 when it was stopped.
run_for() {
  local most=$1 process used
  shift
  "$@" &
  process=$!
  while used=$(spent "$process") && [ -n "$used" ]; do
    if [ "$used" -ge "$most" ]; then
      kill -USR1 "$process" 2>/dev/null || true
      break
    fi
    sleep 1
  done
  wait "$process"
}

# Says what came of it; fails with the input kept.
fuzz() {
  local target=$1 seconds=$2 corpus=build/fuzz/corpus/$1 log=build/fuzz/$1.log status=0 folder
  if [ -n "${FUZZ_SEED:-}" ]; then
    corpus=build/fuzz/seeded/$1
    rm -rf "$corpus"
  fi
  local folders=("$corpus")
  mkdir -p "$corpus"
  for folder in "tests/fuzz/seeds/$target" $(seeds_of "$target"); do
    [ -d "$folder" ] && folders+=("$folder")
  done
  run_for "$seconds" "build/clang/${target}_fuzz" -timeout=20 -rss_limit_mb=2048 \
    -max_len=16384 ${FUZZ_SEED:+-seed=$FUZZ_SEED} -print_final_stats=1 \
    -artifact_prefix=build/fuzz/found/ "${folders[@]}" >"$log" 2>&1 || status=$?
  say "Fuzzed: $target, $seconds s"
  grep -E 'ERROR|SUMMARY|not so|stat::(number_of|average|peak)' "$log" || true
  [ $status = 0 ] || fail "$target: the input is in build/fuzz/found, the story in $log"
}

# As many at once as there are processors.
mkdir -p build/fuzz/found
running=0
failed=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$(nproc)" ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "$target" "$seconds" &
  running=$((running + 1))
done
while [ $running -gt 0 ]; do
  wait -n || failed=1
  running=$((running - 1))
done
[ $failed = 0 ] || fail "a target found something"
say "Nothing found."
