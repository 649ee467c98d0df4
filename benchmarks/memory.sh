#!/usr/bin/env bash
# Memory of a run does not grow with its replicates, nor with the scenarios of its grid: peaks of ten million and of a hundred million replicates of the quickstart's
# smallest scenario, and of ten thousand and of a hundred thousand scenarios. (The first thousands fill what the garbage collector lets stand.) Fails where the larger
# run needs 1.5 times as much, and where a replicate of the long run takes more than 1/0.85 of the user CPU time of one of a run of ten million, start-up taken off, such
# runs before and after the long one.
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

# Of a run: peak of the working set in MB, wall seconds, user CPU seconds of its process.
measure() { # study, replicates
  dotnet $tes run "$folder/$1.yaml" --replicates "$2" --out "$folder/$1" --force --threads 2 >/dev/null 2>"$folder/said" &
  local pid=$! peak=0 ticks=0 now start=$EPOCHREALTIME
  while kill -0 $pid 2>/dev/null; do
    now=$(awk '/VmHWM/ { print int($2 / 1024) }' /proc/$pid/status 2>/dev/null)
    [ "${now:-0}" -gt "$peak" ] && peak=$now
    now=$(awk '{ print $14 }' /proc/$pid/stat 2>/dev/null)
    [ "${now:-0}" -gt "$ticks" ] && ticks=$now
    sleep 0.02
  done
  wait $pid || { cat "$folder/said" >&2; exit 1; }
  awk -v p=$peak -v s="$start" -v e="$EPOCHREALTIME" -v t=$ticks -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%d %.1f %.2f\n", p, e - s, t / hz }'
}
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

compare() { # what, small, large
  echo "$1: peak $2 MB, then $3 MB"
  [ $(($3 * 2)) -le $(($2 * 3)) ] || { echo "FAILED: memory grows."; status=1; }
}

sed -E 's/^(  scenario.trial.therapists:) .*/\1 [15]/' experiments/quickstart.yaml >"$folder/one.yaml"
for round in 1 2 3; do
  measure one 64 >>"$folder/startup"
  measure one 10000000 >>"$folder/short"
  [ $round -eq 2 ] && measure one "$replicates" >"$folder/long"
done
read -r large seconds user <"$folder/long"
compare "10,000,000 and $replicates replicates ($seconds s)" "$(median <"$folder/short")" "$large"
awk -v n="$replicates" -v u="$user" -v m="$(awk '{ print $3 }' "$folder/short" | median)" -v s="$(awk '{ print $3 }' "$folder/startup" | median)" 'BEGIN {
  short = (m - s) * 100; long = (u - s) / n * 1e9
  printf "user CPU time of a replicate: %.0f ns of ten million, %.0f ns of %d: throughput %.2f\n", short, long, n, short / long
  exit short < 0.85 * long }' || { echo "FAILED: the long run is slower."; status=1; }

study "$(printf 'grid:\n  scenario.trial.therapists: {from: 11, to: 20, by: 1}\n  scenario.outcome.severity: {from: 0, to: 9.99, by: 0.01}')" >"$folder/part.yaml"
study "$(printf 'grid:\n  scenario.trial.therapists: {from: 11, to: 110, by: 1}\n  scenario.outcome.severity: {from: 0, to: 9.99, by: 0.01}')" >"$folder/grid.yaml"
read -r small _ <<<"$(measure part 64)"
read -r large seconds _ <<<"$(measure grid 64)"
compare "10,000 and 100,000 scenarios ($seconds s)" "$small" "$large"
exit $status
