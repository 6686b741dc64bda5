#!/usr/bin/env bash
# FHIR read of a 2 KB resource beside nginx serving the same bytes from a file: requests a second,
# and the server's own processor time for each request, which is the steadier number.
#   tests/bench/http_read.sh [PROGRAM]     default: build/release/fingerpost
# 64 kept connections, rounds in turn. Everything on loopback; both servers
# are children of this script and end with it.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-build/release/fingerpost}
seconds=${SECONDS_EACH:-3}
rounds=${ROUNDS:-3}
for tool in wrk nginx curl; do
  command -v $tool > /dev/null || { echo "SKIP: $tool is not installed"; exit 0; }
done

work=$(mktemp -d)
children=()
finish() {
  for child in "${children[@]}"; do kill "$child" 2> /dev/null || true; done
  wait 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# A port that is free now: one that the kernel chose for a listener that has gone.
free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
}
until_answers() {
  for _ in $(seq 100); do
    curl -sf -o /dev/null "$1" && return
    sleep 0.1
  done
  echo "no answer from $1" >&2
  exit 1
}
# Processor time of a process and its children so far, in clock ticks.
ticks() {
  local total=0 pid
  for pid in "$1" $(cat "/proc/$1/task/$1/children" 2> /dev/null); do
    total=$((total + $(sed 's/.*) //' "/proc/$pid/stat" | awk '{print $12 + $13}')))
  done
  echo "$total"
}

ours=$(free_port)
"$program" serve --data "$work/data" --http "127.0.0.1:$ours" > "$work/log" 2>&1 &
children+=($!)
our_process=$!
url=http://127.0.0.1:$ours/fhir/Patient/bench
until_answers "http://127.0.0.1:$ours/health/live"
line=$(printf 'A line of a note that is here to fill two kilobytes. %.0s' $(seq 33))
curl -sf -o /dev/null -X PUT -H 'Content-Type: application/fhir+json' -d '{"resourceType":"Patient",
  "id":"bench","active":true,"name":[{"family":"Bench","given":["Ann"]}],"birthDate":"1970-01-01",
  "address":[{"text":"'"$line"'"}]}' "$url"
chmod 755 "$work"  # nginx serves as another user
mkdir "$work/www"
curl -sf "$url" > "$work/www/bench"

theirs=$(free_port)
cat > "$work/nginx.conf" << END
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  open_file_cache max=10;
  default_type application/fhir+json;
  server { listen 127.0.0.1:$theirs; root $work/www; }
}
END
nginx -p "$work" -c "$work/nginx.conf" 2> /dev/null &
children+=($!)
nginx_process=$!
until_answers "http://127.0.0.1:$theirs/bench"

measure() {  # NAME PROCESS URL
  local before after requests rate
  before=$(ticks "$2")
  wrk -t1 -c64 -d"${seconds}s" "$3" > "$work/wrk"
  after=$(ticks "$2")
  requests=$(awk '/requests in/ {print $1}' "$work/wrk")
  rate=$(awk '/Requests\/sec/ {print $2}' "$work/wrk")
  ! grep -q 'Non-2xx' "$work/wrk" || { echo "$1 answered with errors" >&2; exit 1; }
  awk -v name="$1" -v rate="$rate" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v n="$requests" \
    'BEGIN { printf "%-11s %8.0f requests/s  %6.2f us of processor time each\n", name, rate, ticks / hz * 1e6 / n }'
}
printf '%s bytes, load %s\n' "$(stat -c %s "$work/www/bench")" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
for _ in $(seq "$rounds"); do
  measure fingerpost "$our_process" "$url"
  measure nginx "$nginx_process" "http://127.0.0.1:$theirs/bench"
done
