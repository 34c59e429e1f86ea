#: lazy
# Long lists and texts in parts: one side begins with them while the other makes the rest.

PART <- 32768L    # about how many characters a part has
FIRST_PART <- 128L # how many items the first one has

# Sends the parts of a value; what is left for the payload is nothing, or an error if something cannot cross.
say_parts <- function(request, value) {
  count <- if (is.character(value) && length(value) == 1L) return(say_parts_of_text(request, value)) else FIRST_PART
  start <- 1L
  size <- length(value)
  while (start <= size) {
    items <- value[start:min(size, start + count - 1L)]
    text <- if (is.list(items)) spell_list(items) else listed(spell_atoms(items))
    if (is.na(text)) {
      say(paste0("PART ", request, " "))
      return(encode(value))
    }
    say(paste0("PART ", request, " ", text))
    start <- start + count
    count <- max(1L, length(items) * PART %/% nchar(text, "bytes"))
  }
  ""
}

say_parts_of_text <- function(request, value) {
  if (is.na(spell(value))) return(encode(value))
  for (text in cut_text(value)) say(paste0("PART ", request, " ", encode(text)))
  ""
}

# A text in pieces, by halves: R counts characters from the beginning, and would do so for each piece.
cut_text <- function(text) {
  size <- nchar(text)
  if (size <= PART) return(text)
  half <- PART * as.integer(ceiling(size / PART / 2))
  c(cut_text(substr(text, 1L, half)), cut_text(substr(text, half + 1L, size)))
}

# Keeps a part of a long argument; what is empty takes back those that have come.
take_part <- function(request, payload) {
  if (is.na(payload) || payload == "") return(parts[[request]] <<- NULL)
  part <- tryCatch(decode(payload), error = function(error) {
    decoding <<- FALSE
    serialization_exception(paste0("what the host sent cannot be decoded: ", conditionMessage(error)))
  })
  parts[[request]] <<- c(parts[[request]], list(part))
}

# What has come in parts, as one argument.
joined_parts <- function(request) {
  given <- parts[[request]]
  parts[[request]] <<- NULL
  for (part in given) if (inherits(part, "_BOND_SerializationException")) stop(part)
  if (is.character(given[[1L]]) && length(given[[1L]]) == 1L && all(lengths(given) == 1L)) return(paste0(unlist(given), collapse = ""))
  whole <- do.call(c, given)
  if (is.list(whole) && !any(vapply(given, is.list, NA))) unlist(whole) else whole
}
