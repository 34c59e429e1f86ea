# The limit: one line a call, one line an answer, and nothing else.
library(rjson)

add <- function(a, b) a + b
same <- function(value) value

input <- file("stdin", "r")
while (length(line <- readLines(input, 1L)) > 0L) {
  request <- fromJSON(line, simplify = FALSE)
  cat(paste0(toJSON(do.call(request[[1L]], request[[2L]])), "\n"))
}
