# Reads the lines of the host.

# Cuts a line into its verb, frame, request and payload. Like all that each call runs, this calls R's internal functions: what R has
# in front of them takes longer than they do.
cut_line <- function(line) {
  if (.Internal(nchar(line, "bytes", FALSE, FALSE)) < 200L && length(parts <- .Internal(strsplit(line, " ", TRUE, FALSE, FALSE))[[1L]]) == 4L) return(parts)
  head <- strsplit(substr(line, 1L, 200L), " ", fixed = TRUE)[[1L]]
  c(head[1L:3L], substr(line, sum(nchar(head[1L:3L])) + 4L, 2147483647L))
}
