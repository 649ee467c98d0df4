#!/usr/bin/env bash
# Runs lme4 on W1, W2 and W3, or on W4 (random slopes) and W5 (three levels); one line 'peer workload ms_per_rep' per run on stdout, details on stderr.
# usage: run.sh [SCALE] [WORKLOAD...]; SCALE multiplies the replicates.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

if ! command -v Rscript >/dev/null; then
  echo "No Rscript: the comparison with lme4 is left out. It needs R with lme4 (Debian: r-base-core r-cran-lme4)." >&2
  exit 0
fi
if ! Rscript -e 'quit(status = !requireNamespace("lme4", quietly = TRUE))' >/dev/null 2>&1; then
  echo "R has no lme4: the comparison with lme4 is left out (Debian: r-cran-lme4; elsewhere install.packages(\"lme4\"))." >&2
  exit 0
fi

# One thread each, so that user CPU time is that of one core.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
scale=${1:-1}
shift
workloads=("${@:-W1 W2 W3}")
status=0
for workload in ${workloads[*]}; do
  case $workload in
    W1) size="30 10"; replicates=400 ;;
    W2) size="100 20"; replicates=250 ;;
    W3) size="500 50"; replicates=25 ;;
    W4) size="50 20"; replicates=200 ;;
    W5) size="40 10"; replicates=50 ;;
    *) echo "workload must be one of W1 to W5, but was $workload." >&2; exit 2 ;;
  esac
  replicates=$(awk -v r="$replicates" -v s="$scale" 'BEGIN { n = int(r * s + 0.5); print n < 5 ? 5 : n }')
  # shellcheck disable=SC2086 # two words
  timeout 900 Rscript lme4_modular.R "$workload" $size "$replicates" || status=1
  if [[ $workload == W5 ]]; then # the same with eight patterns of visits
    VISITS=8 timeout 900 Rscript lme4_modular.R "$workload" 40 10 "$replicates" | sed 's/ W5 / W5-patterns /' || status=1
  fi
  case $workload in W4 | W5) continue ;; esac # the fastest way that lme4 offers is enough
  # shellcheck disable=SC2086
  DERIVS=0 timeout 900 Rscript lme4_refit.R "$workload" $size "$replicates" || status=1
done
exit $status
