#!/usr/bin/env bash
# fhirpath.js by the list of fhirpath_bench.cpp, fetched by npm into the build folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/bench/npm/fetch.sh

packages=build/bench-js
# The library of units that it asks for is not in every mirror of the registry.
fetch $packages fhirpath '{"private":true,"dependencies":{"fhirpath":"5.2.2"},"overrides":{"@lhncbc/ucum-lhc":"<=7.1.9"}}'
node tests/bench/fhirpath_js.mjs "$PWD/$packages" "$PWD/build/packages/node_modules/hl7.fhir.r4.examples"
