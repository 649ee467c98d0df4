# Refits the data sets of this folder with lme4 (and lm, where there is no random term) and prints the largest difference to results.csv.
# Usage: Rscript verify.R. Needs lme4; with lmerTest also the degrees of freedom are compared.
arguments <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
suppressPackageStartupMessages(library(lme4))
has_df <- requireNamespace("lmerTest", quietly = TRUE)

read <- function(name) read.csv(file.path(here, name), stringsAsFactors = FALSE, na.strings = c("NA", ""))
methods <- read("methods.csv")
results <- read("results.csv")
levels_of <- read("levels.csv")
results <- results[results$status %in% c("ok", "singular"), ]

# Tighter than lme4's default, which stops at about the sixth digit.
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), check.conv.singular = "ignore", calc.derivs = FALSE)

# Asked for more digits than it can give, the optimiser warns; how many it gave is seen below.
fit <- function(formula, data, reml) {
  if (length(findbars(formula)) == 0) return(lm(formula, data))
  lmer <- if (has_df) lmerTest::lmer else lme4::lmer
  suppressWarnings(lmer(formula, data, REML = reml, control = control))
}

differences <- data.frame()
note <- function(method, quantity, difference)
  differences <<- rbind(differences, data.frame(method = method, quantity = quantity, difference = difference))

for (replicate in sort(unique(results$replicate))) {
  data <- read(sprintf("data-%d.csv", replicate))
  for (column in unique(levels_of$column)) data[[column]] <- factor(data[[column]], levels = levels_of$level[levels_of$column == column])
  for (i in seq_len(nrow(methods))) {
    formula <- as.formula(methods$formula[i])
    fixed <- nobars(formula)
    rows <- results[results$replicate == replicate & results$method == methods$method[i], ]
    if (nrow(rows) == 0) next
    model <- fit(formula, data, methods$criterion[i] == "reml")
    mixed <- inherits(model, "merMod")
    table <- suppressMessages(coef(summary(model)))
    for (k in seq_len(nrow(rows))) {
      row <- rows[k, ]
      if (row$test %in% c("t-satterthwaite", "wald-z")) {
        effect <- table[row$term, ]
        note(row$method, "estimate", abs(row$estimate - effect["Estimate"]) / effect["Std. Error"])
        note(row$method, "std_error", abs(row$std_error - effect["Std. Error"]) / effect["Std. Error"])
        if (row$test == "t-satterthwaite" && row$status == "ok" && (has_df || !mixed)) {
          df <- if (mixed) effect["df"] else df.residual(model)
          note(row$method, "df", abs(row$df - df) / df)
        }
      } else if (row$test == "f-exact") {
        with_therapists <- lm(update(fixed, . ~ . + factor(therapist)), data)
        note(row$method, "F", abs(row$statistic / anova(lm(fixed, data), with_therapists)$F[2] - 1))
      } else if (row$test %in% c("lrt-mixture", "rlrt-mixture")) {
        reml <- row$test == "rlrt-mixture"
        ratio <- 2 * (as.numeric(logLik(fit(formula, data, reml), REML = reml)) - as.numeric(logLik(lm(fixed, data), REML = reml)))
        note(row$method, row$test, abs(row$statistic - max(0, ratio)) / (1 + row$statistic))
      }
    }
  }
}

if (nrow(differences) == 0) {
  cat("Nothing in this study can be compared with lme4.\n")
  quit(status = 1)
}

largest <- aggregate(difference ~ method + quantity, differences, max)
largest$values <- aggregate(difference ~ method + quantity, differences, length)$difference
print(largest[order(largest$method, largest$quantity), c("method", "quantity", "values", "difference")], row.names = FALSE, digits = 2)
most <- max(differences$difference)
cat(sprintf("Largest difference to lme4 %s over %d data sets: %.1e\n", packageVersion("lme4"), length(unique(results$replicate)), most))
if (most > 1e-3) {
  cat("That is more than the two programs' optimisers explain.\n")
  quit(status = 1)
}
