# The limit of calls within calls: either side calls the other while it waits for an answer.
library(rjson)

input <- file("stdin", "r")
say <- function(...) cat(paste0(toJSON(list(...)), "\n"))

call_host <- function(name, ...) {
  say("call", name, list(...))
  listen()
}

listen <- function() {
  while (length(line <- readLines(input, 1L)) > 0L) {
    message <- fromJSON(line)
    if (message[[1L]] == "return") return(message[[2L]])
    say("return", do.call(message[[2L]], as.list(message[[3L]])))
  }
}

down <- function(n) if (n == 0) 0 else 1 + call_host("up", n - 1)

options(expressions = 100000)
invisible(listen())
