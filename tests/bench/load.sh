#!/usr/bin/env bash
# The public workloads of FHIR servers against ours, over HTTP on this machine: requests/s, latencies,
# and the server's processor time for each request.
#   tests/bench/load.sh [WORKLOAD…]     read, transactions, chain, care, import, search, overload; all, when not told otherwise
# "search" is a mix over what "transactions" left; "overload" sends the same mix in an open loop, at half and at twice
# the rate that was reached, over many connections: what is refused is counted apart.
# Settings: SECONDS_EACH (5), CONNECTIONS ("8 32"), and SYNTHEA, a folder with transaction bundles
# (*.json.bz2; the shared ones when they are there) to import.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=build/release/fingerpost
load=build/release/load
seconds=${SECONDS_EACH:-5}
read -ra connections <<<"${CONNECTIONS:-8 32}"
synthea=${SYNTHEA:-../shared/data/synthea/blaze-ci-120}
workloads=("$@")
[ $# != 0 ] || workloads=(read transactions chain care import search overload)

work=$(mktemp -d)
server=
stop_server() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT

# A server over an empty store.
start_server() {
  local try
  for try in $(seq 20); do
    port=$((20000 + RANDOM % 10000))
    rm -rf "$work/data"
    "$program" serve --data "$work/data" --http "127.0.0.1:$port" >"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
      curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready" && return
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    stop_server
  done
  echo "the server did not start:" >&2
  tail -n 3 "$work/log" >&2
  exit 1
}

resident() { awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status"; }

# What searches look at.
fill() {
  "$load" transactions --port "$port" --connections 32 --seconds "$seconds" >"$work/filled"
}

# The same searches at so many times the rate that the closed loop reached.
overload() {
  local rate times
  fill
  "$load" search tests/bench/load/searches.txt --port "$port" --connections 32 --seconds "$seconds" | tee "$work/closed"
  rate=$(awk '/requests\/s/ { print $1; exit }' "$work/closed")
  for times in 0.5 2; do
    printf '\nopen loop, %s times that rate, 1000 connections\n' "$times"
    "$load" search tests/bench/load/searches.txt --port "$port" --pid "$server" --connections 1000 --refusals \
      --seconds "$seconds" --rate "$(awk -v rate="$rate" -v times="$times" 'BEGIN { print int(rate * times) }')"
  done
}

for workload in "${workloads[@]}"; do
  if [ "$workload" = overload ]; then
    start_server
    printf '\n%s, load %s\n' "$workload" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
    overload
    stop_server
    continue
  fi
  bundles=()
  if [ "$workload" = import ]; then
    if ! compgen -G "$synthea/*.json.bz2" >/dev/null; then
      echo "SKIP: import: no bundles in $synthea"
      continue
    fi
    mkdir -p "$work/bundles"
    for file in "$synthea"/*.json.bz2; do bunzip2 -c "$file" >"$work/bundles/$(basename "$file" .bz2)"; done
    bundles=("$work"/bundles/[!0]*.json)
  fi
  for count in "${connections[@]}"; do
    start_server
    printf '\n%s, %s connections, load %s\n' "$workload" "$count" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
    if [ "$workload" = import ]; then
      for first in "$work"/bundles/0*.json; do
        curl -sSf -o /dev/null -H 'Content-Type: application/fhir+json' --data-binary "@$first" \
          "http://127.0.0.1:$port/fhir"
      done
    fi
    if [ "$workload" = search ]; then
      fill
      bundles=(tests/bench/load/searches.txt)
    fi
    "$load" "$workload" --port "$port" --pid "$server" --connections "$count" --seconds "$seconds" \
      "${bundles[@]}" || echo "not all was as it should be"
    printf '  the server: %s resident, %s of store\n' "$(resident)" "$(du -sh "$work/data" | cut -f 1)"
    stop_server
  done
done
