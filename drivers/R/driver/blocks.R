#: lazy
# Many bytes, which come beside the text that names them: in blocks.

blocks <- list()

# Reads a block whose heading is a line of the host. Those of messages that were never read are dropped.
take_block <- function(number, length) {
  if (depth < 2L && length(aside) == 0L) blocks <<- list()
  heading <- strsplit(length, " ", fixed = TRUE)[[1L]]
  bytes <- readBin(input, "raw", as.integer(heading[1L]))
  blocks[[number]] <<- if (identical(heading[2L], "escaped")) unescaped(bytes) else bytes
}

# Each 254 stands in front of a 0 or 1, which is added to it.
unescaped <- function(bytes) {
  places <- which(bytes == as.raw(254L))
  if (length(places) == 0L) return(bytes)
  bytes[places] <- as.raw(254L + as.integer(bytes[places + 1L]))
  bytes[-(places + 1L)]
}

bytes_at <- function(place) {
  block <- blocks[[as.character(place[[1L]])]]
  start <- place[[2L]]
  length <- place[[3L]]
  if (is.null(block) || start + length > length(block)) stop("block ", place[[1L]], " has no ", length, " bytes at ", start)
  block[start + seq_len(length)]
}
