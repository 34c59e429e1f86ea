# Reads the lines of the host.

# Cuts a line into its verb, frame, request and payload.
cut_line <- function(line) {
  start <- substr(line, 1L, 200L)
  if (start == line && length(parts <- strsplit(line, " ", TRUE)[[1L]]) == 4L) return(parts)
  head <- strsplit(start, " ", fixed = TRUE)[[1L]]
  c(head[1L:3L], substr(line, sum(nchar(head[1L:3L])) + 4L, 2147483647L))
}
