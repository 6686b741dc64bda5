#!/usr/bin/env bash
# fhirpath.js by the list of fhirpath_bench.cpp, fetched by npm into the build folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in node npm; do
  command -v $tool > /dev/null || { echo "SKIP: $tool is not installed"; exit 0; }
done

packages=build/bench-js
mkdir -p $packages
if [ ! -d $packages/node_modules/fhirpath ]; then
  # The library of units that it asks for is not in every mirror of the registry.
  printf '{"private":true,"dependencies":{"fhirpath":"5.2.2"},"overrides":{"@lhncbc/ucum-lhc":"<=7.1.9"}}\n' \
    > $packages/package.json
  (cd $packages && npm install --no-audit --no-fund --silent) ||
    { echo "SKIP: npm could not fetch fhirpath.js"; exit 0; }
fi
node tests/bench/fhirpath_js.mjs "$PWD/$packages" "$PWD/build/packages/node_modules/hl7.fhir.r4.examples"
