#!/usr/bin/env bash
# A Slurm cluster of this machine alone, for tests: all its files in one folder, on loopback only. Needs slurmctld, slurmd, the clients and munge.
# usage: cluster.sh up DIR | down DIR; after up, DIR/env sets what the clients need.
set -euo pipefail
command=$1
mkdir -p "$2"
root=$(realpath "$2")

up() {
  local host cpus memory port
  host=$(hostname -s)
  cpus=$(nproc)
  memory=$(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) / 1024 - 512))
  port=$((20000 + $$ % 20000 * 2))
  mkdir -p "$root"/{munge,state,spool,log}
  chmod 755 "$root" "$root/munge" # munged refuses other modes
  dd if=/dev/urandom of="$root/munge/munge.key" bs=128 count=1 status=none
  chmod 600 "$root/munge/munge.key"
  munged --num-threads=2 --key-file="$root/munge/munge.key" --socket="$root/munge/munge.socket" \
    --pid-file="$root/munge/munged.pid" --log-file="$root/munge/munged.log" --seed-file="$root/munge/munged.seed"
  cat >"$root/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$root/munge/munge.socket
CredType=cred/munge
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool
SlurmctldPidFile=$root/slurmctld.pid
SlurmdPidFile=$root/slurmd.pid
SlurmctldLogFile=$root/log/slurmctld.log
SlurmdLogFile=$root/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SwitchType=switch/none
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=3600
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=debug Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF="$root/slurm.conf"
  echo "export SLURM_CONF='$SLURM_CONF'" >"$root/env"
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF"
  for _ in $(seq 200); do
    sinfo -h -o %T 2>/dev/null | grep -qx idle && return
    sleep 0.1
  done
  echo "The cluster has not come up:" >&2
  tail -n 20 "$root"/log/*.log >&2
  return 1
}

down() {
  local name pid
  if [ -r "$root/env" ]; then
    source "$root/env"
    scancel --user="$(id -un)" 2>/dev/null || true
    for _ in $(seq 100); do
      [ -z "$(squeue -h 2>/dev/null)" ] && break
      sleep 0.1
    done
  fi

  for name in slurmd slurmctld munge/munged; do
    pid=$(cat "$root/$name.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
}

case $command in
  up) up ;;
  down) down ;;
  *) echo "usage: cluster.sh up DIR | down DIR" >&2; exit 2 ;;
esac
