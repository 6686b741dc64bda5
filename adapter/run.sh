#!/usr/bin/env bash
# Builds Fingerpost and runs its main job on this machine: a GP Connect record and a REF^I12 come in, the
# referral reaches a community service, its outcome comes back. Then it goes on serving until Ctrl-C.
#   adapter/run.sh [--once]     --once stops after the story; status 0 only if every step was seen
set -euo pipefail
cd "$(dirname "$0")/.."
. adapter/setup.sh

case "${1:-}" in
  "") once= ;;
  --once) once=yes ;;
  *) fail "usage: adapter/run.sh [--once]" ;;
esac

set_up
build release fingerpost definitions

fingerpost=build/release/fingerpost
record=mappings/gpconnect/samples/gpconnect-record.json
referral=mappings/hl7v2/samples/ref-i12-social-prescribing.hl7
work=build/demonstration
practice=http://127.0.0.1:8080/fhir
service=http://127.0.0.1:8090/fhir
practice_code=A99901  # the organisations of the sample referral, by ODS code
service_code=RLP99
children=()

stop() {
  local child
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
}
trap stop EXIT
trap 'exit 130' INT TERM

# ---- small verbs ----

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
seen() { printf '   %s\n' "$*"; }
lost() { printf '\nerror: %s\n' "$*" >&2; tail -n 5 $work/*.log >&2; exit 1; }

# start NAME COMMAND…: in the background, both outputs into files.
start() {
  local name=$1
  shift
  "$@" >$work/$name.out 2>$work/$name.log &
  children+=($!)
}

get() { curl -sS --fail --max-time 10 -H 'Accept: application/fhir+json' "$1"; }

# pick EXPRESSION: the values of FHIRPath over the JSON on standard input.
pick() { $fingerpost fhirpath "$1" - | cut -f 2; }

# eventually WHAT COMMAND…: until the command succeeds, for 30 seconds; prints what it printed.
eventually() {
  local what=$1 tries
  shift
  for tries in $(seq 150); do
    "$@" 2>/dev/null && return
    sleep 0.2
  done
  lost "this did not happen: $what"
}

expect() { # WHAT ACTUAL WANTED
  [ "$2" = "$3" ] || lost "$1 is '$2', not '$3'"
}

# ---- questions the story asks again and again ----

# The id of the practice's Task that waits for an answer, when there is one.
requested_task() {
  local found
  found=$(get "$practice/Task" | pick "Bundle.entry.resource.where(status = 'requested').id")
  [ -n "$found" ] && printf '%s\n' "$found"
}

# The referral's Task at a gateway, when it has this status.
task_with() { # BASE STATUS
  local found
  found=$(get "$1/Task/$task")
  [ "$(pick Task.status <<<"$found")" = "$2" ] && printf '%s\n' "$found"
}

# Writes the service's next step: the Task with another status, and with more JSON members after it.
write_step() { # FROM TO [MEMBERS]
  local body version
  body=$(get "$service/Task/$task")
  version=$(pick Task.meta.versionId <<<"$body")
  body=${body/\"status\":\"$1\"/\"status\":\"$2\"${3:-}}
  curl -sS --fail --max-time 10 -o $work/answer.json -X PUT "$service/Task/$task" \
    -H 'Content-Type: application/fhir+json' -H "If-Match: W/\"$version\"" --data-binary "$body" ||
    lost "the service could not write the step $2"
}

answers_with() { # RF1-1: an RRI^I12 with it came to the GP system
  awk -F '|' -v status="$1" '
    $1 == "MSH" { rri = $9 ~ /^RRI\^I12/ }
    $1 == "RF1" && rri && $2 ~ "^" status { found = 1 }
    END { exit !found }' $work/gp-system.out
}

titles() { # BASE: what stands in a gateway, a line a type
  local type count
  for type in Patient Practitioner PractitionerRole Organization Location HealthcareService Encounter \
    Condition DocumentReference ServiceRequest CarePlan Task; do
    count=$(get "$1/$type?_summary=count" | pick Bundle.total)
    [ "${count:-0}" = 0 ] || seen "$(printf '%3d  %s/%s' "$count" "$1" "$type")"
  done
}

# ---- the parts ----

write_configurations() {
  local ods=https://fhir.nhs.uk/Id/ods-organization-code
  cat >$work/practice.toml <<END
[self]
application = "FINGERPOST"
facility = "PRACTICE"
[[partner]]
id = "gp-system"
name = "The practice's GP system"
identifier = [{ system = "$ods", value = "$practice_code" }]
channel = "mllp"
mllp = "127.0.0.1:2576"
[[partner]]
id = "service"
name = "The social prescribing service"
identifier = [{ system = "$ods", value = "$service_code" }]
channel = "fhir"
fhir = "$service"
END
  cat >$work/service.toml <<END
[[partner]]
id = "self"
name = "This service"
identifier = [{ system = "$ods", value = "$service_code" }]
channel = "self"
[[partner]]
id = "practice"
name = "The practice's gateway"
identifier = [{ system = "$ods", value = "$practice_code" }]
channel = "fhir"
fhir = "$practice"
END
}

start_everything() {
  rm -rf $work
  mkdir -p $work
  write_configurations
  start gp-system $fingerpost mllp listen 127.0.0.1:2576
  start practice $fingerpost serve --data $work/practice --http 127.0.0.1:8080 --mllp 127.0.0.1:2575 \
    --config $work/practice.toml
  start service $fingerpost serve --data $work/service --http 127.0.0.1:8090 --config $work/service.toml
  eventually "the practice's gateway starts" get http://127.0.0.1:8080/health/ready >/dev/null
  eventually "the service's gateway starts" get http://127.0.0.1:8090/health/ready >/dev/null
  local child
  for child in "${children[@]}"; do
    kill -0 "$child" 2>/dev/null || lost "a part did not start; are ports 8080, 8090, 2575, 2576 free?"
  done
  seen "the practice:  $practice  and MLLP on 127.0.0.1:2575"
  seen "the service:   $service"
  seen "the GP system: a stand-in, MLLP on 127.0.0.1:2576"
}

take_in_the_record() {
  step "2. A GP Connect record of the practice's system comes in: $record"
  curl -sS --fail --max-time 30 -o $work/record.json -X POST http://127.0.0.1:8080/inbox/gpconnect \
    -H 'Content-Type: application/json' --data-binary @$record || lost "the record was not taken"
  titles "$practice"
  get "$practice/ServiceRequest" | pick "Bundle.entry.resource.select(status & ' ' & intent & ': ' &
    (code.text | reasonCode.text | code.coding.display | 'no text').first())" |
    while read -r line; do seen "a ServiceRequest, $line"; done
  [ "$(get "$practice/CarePlan" | pick 'Bundle.entry.resource.activity.reference.count() > 0')" = true ] ||
    lost "no CarePlan with an activity came of the record"
  seen "what no map carries yet is named: $work/record.json"
}

take_in_the_referral() {
  step "3. The GP system sends a referral, REF^I12, over MLLP: $referral"
  $fingerpost mllp send 127.0.0.1:2575 $referral >$work/acknowledgement.txt || lost "the referral was not accepted"
  seen "the gateway answers: $(grep '^MSA' $work/acknowledgement.txt)"
  # The acknowledgement says that the message is kept; what comes of it comes after.
  task=$(eventually "a Task comes of the referral" requested_task)
  request=$(get "$practice/Task/$task" | pick 'Task.focus.reference')
  get "$practice/$request" >/dev/null || lost "no ServiceRequest came of the referral"
  seen "$practice/$request"
  get "$practice/$request" | pick "'priority ' & priority & ': ' & reasonCode.select(text | coding.display).first()" |
    while read -r line; do seen "   $line"; done
  seen "$practice/Task/$task  is requested"
}

deliver_and_answer() {
  step "4. The referral is delivered to the community service"
  eventually "the Task reaches the service" task_with "$service" requested >/dev/null
  get "$service/$request" >/dev/null || lost "the ServiceRequest did not reach the service"
  seen "$service/Task/$task  is requested"

  step "5. The service accepts it, and the practice hears of it"
  write_step requested accepted
  eventually "the practice's Task is accepted" task_with "$practice" accepted >/dev/null
  seen "$practice/Task/$task  is accepted"
  eventually "an RRI^I12 with A reaches the GP system" answers_with A
  seen "the GP system has an RRI^I12 with RF1-1 = A"
}

complete() {
  step "6. The service helps, completes the Task and says what came of it"
  local outcome='"Met twice, joined the walking group and a lunch club."'
  local what='{"text":"Outcome of the referral"}'
  write_step accepted in-progress
  write_step in-progress completed ",\"output\":[{\"type\":$what,\"valueString\":$outcome}]"
  eventually "the practice's Task is completed" task_with "$practice" completed >$work/task.json
  expect "the outcome at the practice" "\"$(pick 'Task.output.value' <$work/task.json)\"" "$outcome"
  seen "$practice/Task/$task  is completed"
  seen "outcome: $outcome"
  eventually "the outcome reaches the GP system" grep -q 'joined the walking group' $work/gp-system.out
  seen "the GP system has it in an RRI^I12:"
  grep -E '^(MSH|RF1|NTE)' $work/gp-system.out | tail -n 3 | while read -r line; do seen "   $line"; done
}

nothing_left() {
  step "7. Nothing is left undelivered"
  local base rows
  for base in practice service; do
    $fingerpost outbox list --data $work/$base >$work/outbox.txt || lost "the outbox of the $base cannot be listed"
    rows=$(grep -c '"delivered"' $work/outbox.txt || true)
    [ "$rows" -gt 0 ] || lost "the $base delivered nothing"
    expect "the number of rows of the $base that are delivered" "$rows" "$(grep -c . $work/outbox.txt)"
  done
  seen "$fingerpost outbox list --data $work/practice   says what was delivered"
}

step "1. Two gateways and a GP system start"
start_everything
take_in_the_record
take_in_the_referral
deliver_and_answer
complete
nothing_left
printf '\nEvery step was seen to happen.\n'
[ -n "$once" ] && exit 0
printf 'The gateways go on serving; Ctrl-C ends them. Logs and data: %s\n' "$work"
wait
