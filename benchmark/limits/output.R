# The limit of output: nothing else goes over the pipe.
input <- file("stdin", "r")
while (length(count <- readLines(input, 1L)) > 0L) {
  for (i in seq_len(as.numeric(count))) cat(paste0(strrep("x", 999), "\n"))
}
