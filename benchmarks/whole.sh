#!/usr/bin/env bash
# The whole command against its parts, in one sitting: tes run with one thread against data and fits alone plus start-up (wall time and user CPU time, medians of
# five; the compiler works on a second core), and two threads with twice the replicates against two processes of one thread side by side (wall time, medians of
# five). Wants two idle cores. The program is published for this machine, as a packed tool is.
# usage: whole.sh [REPLICATES] [STUDY]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
replicates=${1:-1000000}
study=${2:-experiments/quickstart.yaml}
project=benchmarks/TherapistEffectSim.Benchmarks
dotnet build -c Release $project >/dev/null || exit 1
out=$(mktemp -d)
dotnet publish -c Release -r linux-x64 --self-contained false src/TherapistEffectSim.Cli -o "$out/tes" >/dev/null || exit 1
tes=$out/tes/tes.dll
trap 'rm -rf "$out"' EXIT
TIMEFORMAT='%R %U'

# Prints wall and user seconds.
run() { { time dotnet $tes run "$study" --replicates "$1" --threads "$2" --out "$out/folder-$3" --force >/dev/null 2>&1; } 2>&1; }
median() { sort -n | sed -n 3p; }

for i in 1 2 3 4 5; do
  run 64 1 small >>"$out/startup"
  run "$replicates" 1 one >>"$out/one"
  dotnet run -c Release --no-build --project $project -- kernel "$study" "$replicates" 2>/dev/null >>"$out/kernel"
  run $((2 * replicates)) 2 two >>"$out/two"
  run "$replicates" 1 left >"$out/left.$i" & run "$replicates" 1 right >"$out/right.$i"; wait
  cat "$out/left.$i" "$out/right.$i" | sort -n | tail -1 >>"$out/pair"
done

startup=$(awk '{ print $2 }' "$out/startup" | median)
startup_wall=$(awk '{ print $1 }' "$out/startup" | median)
one=$(awk '{ print $2 }' "$out/one" | median)
one_wall=$(awk '{ print $1 }' "$out/one" | median)
kernel=$(median <"$out/kernel")
two=$(awk '{ print $1 }' "$out/two" | median)
pair=$(awk '{ print $1 }' "$out/pair" | median)
awk -v s="$startup" -v sw="$startup_wall" -v o="$one" -v ow="$one_wall" -v k="$kernel" -v t="$two" -v p="$pair" 'BEGIN {
  printf "wall time: whole command %.2f s, data and fits %.2f s, start-up %.2f s: ratio %.2f\n", ow, k, sw, ow / (k + sw)
  printf "user CPU:  whole command %.2f s, data and fits %.2f s, start-up %.2f s: ratio %.2f\n", o, k, s, o / (k + s)
  printf "two threads %.2f s, two processes side by side %.2f s of wall time for the same work: %.2f of their throughput\n", t, p, p / t }'
