#!/usr/bin/env bash
# Breaks the real program on purpose for a while, and counts what was lost: it must be nothing.
#   tests/faults/run.sh [MINUTES]     3 when not told: a quarter of it each for kills at random, power
#                                     cuts, kills at a call of the system, and bad lines
# Power cuts need root and a loop device, kills at a call the right to trace; where they are missing it is
# said, and the rest goes on.
set -euo pipefail
cd "$(dirname "$0")/../.."
. adapter/setup.sh

seconds=$((${1:-3} * 60 / 4))
set_up strace e2fsprogs
build release fault_loop fingerpost definitions

# 77 says that this machine has not what the fault needs.
faults() { # FAULT WHAT
  local status=0
  say "$2"
  build/release/fault_loop build/release/fingerpost "$1" 1000000 "$seconds" || status=$?
  if [ $status = 77 ]; then echo "skipped: $1"; else return $status; fi
}

faults kill "Killed at random"
faults power "Power cut"
faults call "Killed at a call of the system"
faults line "Bad lines"
