#: lazy
# Many bytes, which come beside the text that names them: in blocks.

blocks <- list()

# Reads a block whose heading is a line of the host. Those of messages that were never read are dropped.
take_block <- function(number, length) {
  if (depth < 2L && length(aside) == 0L) blocks <<- list()
  blocks[[number]] <<- readBin(input, "raw", as.integer(length))
}

bytes_at <- function(place) {
  block <- blocks[[as.character(place[[1L]])]]
  start <- place[[2L]]
  length <- place[[3L]]
  if (is.null(block) || start + length > length(block)) stop("block ", place[[1L]], " has no ", length, " bytes at ", start)
  block[start + seq_len(length)]
}
