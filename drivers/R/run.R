# Runs a file as the interpreter itself would, for `bond run`.

# Runs the file at a path; or, where the file is elsewhere, its text. As Rscript does, it prints what is visible.
`_BOND_run_file` <- function(path, text, arguments) {
  arguments <- as.character(unlist(arguments))
  all <- c("R", paste0("--file=", path), if (length(arguments) > 0L) c("--args", arguments))
  unlockBinding("commandArgs", baseenv())
  assign("commandArgs", function(trailingOnly = FALSE) if (trailingOnly) arguments else all, envir = baseenv())
  lockBinding("commandArgs", baseenv())
  is_here <- is.null(text) || is.na(text)
  program <- if (is_here) parse(path, keep.source = TRUE, encoding = "UTF-8") else parse(text = text, keep.source = TRUE)
  for (expression in program) {
    result <- withVisible(eval(expression, globalenv()))
    if (result$visible) print(result$value)
  }
  NULL
}
