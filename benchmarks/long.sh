#!/usr/bin/env bash
# The checks that take too long for every build, run by hand before a release: three quarters of an hour on two cores, and two hours for the sweep.
# usage: long.sh [sweep|plan|kills|shards|cluster|disk|mutations|memory|tails|tables|peers]...; all of them without arguments.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
sections=("${@:-sweep plan kills shards cluster disk mutations memory tails tables peers}")
status=0

# Tests of the command line, at the size that the environment asks for.
commands() {
  dotnet build -c Release tests/TherapistEffectSim.Cli.Tests --nologo -v quiet || exit 1
  dotnet test -c Release --no-build tests/TherapistEffectSim.Cli.Tests --filter "$1" --logger "console;verbosity=normal" || status=1
}

for section in ${sections[*]}; do
  echo "== $section"
  case $section in
    sweep)
      # A million replicates of random designs, most of them extreme: no exception, no NaN that is not a status, all lane widths agree.
      # In blocks of 50,000 replicates (1,250 designs of 40), so that it can be seen how far it is; TES_SWEEP_BLOCKS="7 8" runs these alone.
      dotnet build -c Release tests/TherapistEffectSim.Tests --nologo -v quiet || exit 1
      for block in ${TES_SWEEP_BLOCKS:-$(seq 0 19)}; do
        echo "sweep: block $block of 0 to 19, designs $((block * 1250)) to $((block * 1250 + 1249))"
        TES_SWEEP_REPLICATES=50000 TES_SWEEP_FIRST_DESIGN=$((block * 1250)) \
          dotnet test -c Release --no-build tests/TherapistEffectSim.Tests --filter RobustnessSweep || status=1
      done
      ;;
    plan)
      # Plans against exact answers: 32 cells with 20 seeds each, and the cheapest designs of the grid with 20. Two minutes on two cores.
      dotnet build -c Release tests/TherapistEffectSim.Tests --nologo -v quiet || exit 1
      TES_PLAN_SEEDS=${TES_PLAN_SEEDS:-20} dotnet test -c Release --no-build tests/TherapistEffectSim.Tests \
        --filter "FullyQualifiedName~ExactAnswerTests|FullyQualifiedName~CostSearchTests" --logger "console;verbosity=detailed" || status=1
      ;;
    kills)
      # Two hundred kills (SIGKILL) at moments spread over runs that are resumed until they end: the files are those of a run that nothing stopped.
      TES_KILLS=${TES_KILLS:-200} commands Run_KilledAndResumed
      ;;
    shards)
      # Seven shards in drawn orders and folders, one of them run twice, merged: the bytes of one run. Ten rounds, with and without replicates.
      TES_SHARD_ROUNDS=${TES_SHARD_ROUNDS:-10} TES_SHARD_REPLICATES=${TES_SHARD_REPLICATES:-20000} commands MergeTests
      ;;
    cluster)
      # A real Slurm of this machine alone: an array with an element that fails and one that is cancelled.
      commands SlurmTests
      ;;
    disk)
      # A file system of 1 MB that runs full (wants the right to mount one), and a made one.
      commands Run_OnAFullDisk
      dotnet build -c Release tests/TherapistEffectSim.Files.Tests --nologo -v quiet || exit 1
      dotnet test -c Release --no-build tests/TherapistEffectSim.Files.Tests --filter FullDiskTests || status=1
      ;;
    mutations)
      # A hundred thousand mutated studies, formulas and tables: each is taken or refused, within 30 seconds.
      TES_MUTATIONS=${TES_MUTATIONS:-100000} commands MutatedInputTests
      ;;
    memory)
      # A hundred million replicates, and a hundred thousand scenarios, in the memory of a few.
      benchmarks/memory.sh || status=1
      ;;
    tails)
      # Ten billion normal numbers against the exact distribution.
      dotnet run -c Release --project benchmarks/TherapistEffectSim.Benchmarks -- tails "${TES_TAILS_BILLIONS:-10}" || status=1
      ;;
    tables)
      dotnet run -c Release --project benchmarks/TherapistEffectSim.Benchmarks -- --filter '*' --join || status=1
      ;;
    peers)
      benchmarks/compare.sh || status=1
      ;;
    *)
      echo "A section is sweep, plan, kills, shards, cluster, disk, mutations, memory, tails, tables or peers, but was $section." >&2
      exit 2
      ;;
  esac
done

exit $status
