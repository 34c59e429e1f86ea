# Runs and shows what is typed in a session of the command `bond`. It is sent when a session begins.

`_BOND_typed` <- NULL

# Runs what was typed. As in R's own sessions, what is visible is shown: the last value by `_BOND_show`, those before it immediately.
`_BOND_run` <- function(code) {
  `_BOND_typed` <<- NULL
  for (expression in parse(text = code, keep.source = FALSE)) {
    if (!is.null(`_BOND_typed`)) print(`_BOND_typed`$value)
    `_BOND_typed` <<- NULL
    result <- withVisible(eval(expression, globalenv()))
    if (result$visible) `_BOND_typed` <<- list(value = result$value)
  }
  NULL
}

# How R prints the value: as text, and how much is left out of it.
`_BOND_show` <- function(width, most_text, ...) {
  typed <- `_BOND_typed`
  `_BOND_typed` <<- NULL
  if (is.null(typed) || is.null(typed$value)) return(NULL)
  before <- options(width = max(10L, min(as.integer(width), 10000L)))
  on.exit(options(before))
  text <- paste(utils::capture.output(print(typed$value)), collapse = "\n")
  list("text", substr(text, 1L, most_text), max(nchar(text) - most_text, 0L))
}
