# The ways to the host and the program's own: what is said goes to the host, and what is printed goes out immediately.

# R's own way to standard output, whatever `sink` does. R flushes it with every message.
console <- structure(1L, class = c("terminal", "connection"))

open_streams <- function(mark) {
  last_piece <<- paste0(mark, " ")
  more_pieces <<- paste0(mark, "+")
  # Writes up to this size are never mixed with those of another process: PIPE_BUF, and the buffer of standard output.
  piece_size <<- 4094L - nchar(mark)
  released <<- integer()
  guard_input()
}

# `input` reads a duplicate of descriptor 0. What stands there now is for the program and for its subprocesses.
guard_input <- function() {
  tryCatch({
    library.dynam("parallel", "parallel", .Library)
    .Call("mc_close_fds", 0L, PACKAGE = "parallel")
    nothing <<- file("/dev/null", "r")
  }, error = function(error) NULL)
}

# Sends one message to the host, after everything that was printed before it.
say <- function(message) {
  if (length(released) > 0L) say_released()
  if (.Internal(nchar(message, "bytes", FALSE, FALSE)) > piece_size) return(say_long(message))
  .Internal(writeLines(paste0(last_piece, message), console, "\n", TRUE))
}

say_long <- function(message) {
  size <- nchar(message, "bytes")
  Encoding(message) <- "bytes"
  starts <- seq.int(1L, size, piece_size)
  pieces <- substring(message, starts, starts + (piece_size - 1L))
  marks <- c(rep.int(more_pieces, length(pieces) - 1L), last_piece)
  writeLines(paste0(marks, pieces), console, useBytes = TRUE)
}

say_released <- function() {
  numbers <- released
  released <<- integer()
  say(paste0("RELEASE ", paste0(numbers, collapse = " ")))
}
