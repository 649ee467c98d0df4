#!/usr/bin/env bash
# Runs a study on a Slurm cluster of this machine: an element that fails and one that is cancelled hold the merge back; submitted again, the shards go on where
# they stopped, and the merged files are those of one run.
# usage: study.sh DIR TES...; TES is the command that starts the program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$1
shift
tes=("$@")
mkdir -p "$root"
cd "$root"

fail() {
  echo "FAILED: $*" >&2
  tail -n 5 slurm/line/log/*.txt >&2 || true
  squeue >&2 || true
  exit 1
}

trap '"$here/cluster.sh" down cluster' EXIT
"$here/cluster.sh" up cluster
source cluster/env

cat >line.yaml <<'STUDY'
name: line
seed: 3
replicates: 800000
sampling: patients
scenario:
  trial: {therapists: 60, caseload: 20}
  therapists: {outcome-icc: 0.05}
  alliance: {therapist-icc: 0.1}
  outcome:
    between: {shape: linear, slope: 0.2}
methods: [null-model, linear]
STUDY

state() { scontrol -o show job "$1" 2>/dev/null | grep -oE "JobState=[A-Z]+" | sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, substr($2, 10) }'; }

# Waits until nothing of the jobs is left in the queue.
ended() {
  for _ in $(seq 600); do
    [ -z "$(squeue -h -j "$1" -t PD,R,CG,CF 2>/dev/null)" ] && return
    sleep 0.2
  done
  fail "job $1 has not ended"
}

submit() { # prints the two job numbers
  grep -oE "[0-9]+" <<<"$(sed -E 's/To see.*//' <<<"$1")" | tr '\n' ' '
}

# The file of element 2 is held by another process.
"${tes[@]}" slurm line.yaml --shards 4
mkdir -p results/line
exec 9>results/line/checkpoint-2-of-4.bin
flock 9
read -r array merge <<<"$(submit "$(9>&- slurm/line/submit.sh)")"

# Element 3 is cancelled when it has kept something.
for _ in $(seq 600); do
  [ "$(stat -c %s results/line/checkpoint-3-of-4.bin 2>/dev/null || echo 0)" -gt 4000 ] && break
  sleep 0.1
done
scancel "${array}_3"
ended "$array,$merge"
[ "$(state "$array")" = "1 CANCELLED, 2 COMPLETED, 1 FAILED" ] || fail "the elements are $(state "$array")"
[ "$(state "$merge")" = "1 CANCELLED" ] || fail "the merge is $(state "$merge")"
grep -q "Interrupted after .* replicates of shard 3/4" slurm/line/log/*"${array}"_3.txt || fail "element 3 was not interrupted"
grep -q "is being written by a run that is still going on" slurm/line/log/*"${array}"_2.txt || fail "element 2 failed for another reason"
echo "One element failed, one was cancelled, the merge was held back."

exec 9>&-
read -r array merge <<<"$(submit "$("${tes[@]}" slurm line.yaml --shards 4 --force --submit)")"
ended "$array,$merge"
[ "$(state "$array")" = "4 COMPLETED" ] || fail "the elements are $(state "$array")"
[ "$(state "$merge")" = "1 COMPLETED" ] || fail "the merge is $(state "$merge")"
grep -q "Goes on after" slurm/line/log/*"${array}"_3.txt || fail "element 3 did not go on"

"${tes[@]}" run line.yaml --out whole >/dev/null 2>&1
for file in summary.csv joint.csv joint-pairs.csv study.yaml; do
  cmp "whole/$file" "results/line/$file" || fail "$file differs from that of one run"
done
echo "Submitted again, all went on, and the files are those of one run."
