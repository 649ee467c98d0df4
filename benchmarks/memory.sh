#!/usr/bin/env bash
# Memory of a run does not grow with its replicates, nor with the scenarios of its grid: peaks of a hundred thousand and of a hundred million replicates of one
# scenario, and of a hundred and of a hundred thousand scenarios. Fails where the larger run needs 1.5 times as much, beside 40 MB for the table of a large grid.
# usage: memory.sh [REPLICATES]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
replicates=${1:-100000000}
dotnet build -c Release src/TherapistEffectSim.Cli >/dev/null || exit 1
tes=src/TherapistEffectSim.Cli/bin/Release/net10.0/tes.dll
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

study() {
  cat <<STUDY
name: small
seed: 1
replicates: 64
scenario:
  trial: {therapists: 15, caseload: 10}
  therapists: {outcome-icc: 0.05}
  alliance: {therapist-icc: 0.1}
  outcome:
    between: {shape: linear, slope: 0.2}
$1
methods: [null-model, linear, quadratic]
STUDY
}

# Prints peak of the working set in MB, and seconds, of a run.
peak() {
  dotnet $tes run "$folder/$1.yaml" --replicates "$2" --out "$folder/$1-$2" --threads 2 >/dev/null 2>"$folder/said" &
  local pid=$! peak=0 now start=$SECONDS
  while kill -0 $pid 2>/dev/null; do
    now=$(awk '/VmHWM/ { print int($2 / 1024) }' /proc/$pid/status 2>/dev/null)
    [ "${now:-0}" -gt "$peak" ] && peak=$now
    sleep 0.2
  done
  wait $pid || { cat "$folder/said" >&2; exit 1; }
  echo "$peak $((SECONDS - start))"
}

compare() { # what, small, large, allowance
  echo "$1: peak $2 MB, then $3 MB"
  [ $(($3 * 2)) -le $(($2 * 3 + $4 * 2)) ] || { echo "FAILED: memory grows."; status=1; }
}

study "" >"$folder/one.yaml"
read -r small _ <<<"$(peak one 100000)"
read -r large seconds <<<"$(peak one "$replicates")"
compare "100,000 and $replicates replicates ($seconds s)" "$small" "$large" 0

study "$(printf 'grid:\n  scenario.trial.therapists: {from: 11, to: 20, by: 1}\n  scenario.outcome.severity: {from: 0, to: 0.09, by: 0.01}')" >"$folder/hundred.yaml"
study "$(printf 'grid:\n  scenario.trial.therapists: {from: 11, to: 110, by: 1}\n  scenario.outcome.severity: {from: 0, to: 9.99, by: 0.01}')" >"$folder/grid.yaml"
read -r small _ <<<"$(peak hundred 64)"
read -r large seconds <<<"$(peak grid 64)"
compare "100 and 100,000 scenarios ($seconds s)" "$small" "$large" 40
exit $status
