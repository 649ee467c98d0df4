#!/usr/bin/env bash
# Runs lme4 on W1, W2 and W3; one line 'peer workload ms_per_rep' per run on stdout, details on stderr.
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
    *) echo "workload must be W1, W2 or W3, but was $workload." >&2; exit 2 ;;
  esac
  replicates=$(awk -v r="$replicates" -v s="$scale" 'BEGIN { n = int(r * s + 0.5); print n < 5 ? 5 : n }')
  # shellcheck disable=SC2086 # two words
  timeout 900 Rscript lme4_modular.R "$workload" $size "$replicates" || status=1
  # shellcheck disable=SC2086
  DERIVS=0 timeout 900 Rscript lme4_refit.R "$workload" $size "$replicates" || status=1
done
exit $status
