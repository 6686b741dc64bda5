#!/usr/bin/env bash
# fhirpath.js and @medplum/core by the list of fhirpath_bench.cpp, fetched by npm into the build folder; and how many
# times as fast ours is.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/bench/npm/fetch.sh

examples=$PWD/build/packages/node_modules/hl7.fhir.r4.examples
ours=$(figures_of fhirpath_bench)

# compared NAME FOLDER WHO WANTED: runs NAME.mjs, prints what it prints, and the ratio.
compared() {
  node "tests/bench/$1.mjs" "$PWD/$2" "$examples" | tee "build/bench/$1.txt"
  node tests/bench/npm/compare.mjs "$ours" "build/bench/$1.txt" "$3" "$4"
}

packages=build/bench-js
# The library of units that it asks for is not in every mirror of the registry.
fetch $packages fhirpath '{"private":true,"dependencies":{"fhirpath":"5.2.2"},"overrides":{"@lhncbc/ucum-lhc":"<=7.1.9"}}'
compared fhirpath_js $packages fhirpath.js '30 times'

packages=build/bench-medplum
fetch_medplum $packages
compared fhirpath_medplum $packages @medplum/core 'not said'
