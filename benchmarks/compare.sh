#!/usr/bin/env bash
# This program and lme4 on the same trials in one sitting, one after the other workload by workload; prints user CPU time per replicate and the ratios.
# usage: compare.sh [SCALE]; SCALE multiplies the replicates of the peers.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
scale=${1:-1}
project=TherapistEffectSim.Benchmarks
dotnet build -c Release "$project" >/dev/null || { dotnet build -c Release "$project"; exit 1; }
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

ours() {
  dotnet run -c Release --no-build --project "$project" -- replicates "$1" >>"$lines"
  dotnet run -c Release --no-build --project "$project" -- replicates "$1" unequal >>"$lines"
  dotnet run -c Release --no-build --project "$project" -- replicates "$1" statistics >>"$lines"
}

for workload in W1 W2 W3; do
  ours $workload
  peers/run.sh "$scale" $workload >>"$lines" || exit 1
  ours $workload
done

# Of the two runs of this program around the peers the slower one counts.
awk '
  { if (!($2 in seen)) { order[++n] = $2; seen[$2] = 1 }
    if (!(($1, $2) in ms)) { peers[$2] = peers[$2] " " $1 }
    if ($3 > ms[$1, $2]) ms[$1, $2] = $3 }
  END {
    printf "%-4s %-22s %16s %22s %22s %22s\n", "", "", "ms per replicate", "times tes", "times tes_unequal", "times tes_statistics"
    for (i = 1; i <= n; i++) {
      w = order[i]
      count = split(peers[w], names, " ")
      for (k = 1; k <= count; k++) {
        p = names[k]
        printf "%-4s %-22s %16.6f %22.0f %22.0f %22.0f\n", w, p, ms[p, w], ms[p, w] / ms["tes", w], ms[p, w] / ms["tes_unequal", w], ms[p, w] / ms["tes_statistics", w]
      }
    }
  }' "$lines"
