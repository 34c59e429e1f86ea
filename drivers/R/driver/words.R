#: lazy
# Reads the words of EJSON.

read_word <- function(name, content) {
  switch(name,
    "$numberDouble" = switch(content, "NaN" = NaN, Infinity = Inf, "-Infinity" = -Inf, stop("there is no number ", content)),
    "$numberLong" = content,
    "$binary" = bytes_in(content),
    "$date" = .POSIXct(exact_numbers(content) / 1000, "UTC"),
    "$map" = read_map(content),
    "$set" = content,
    "$typedArray" = as_several(numbers_in(content$type, bytes_in(content))),
    "$ndarray" = read_array(content),
    stop("there is no word ", name)
  )
}

# One number would return as a number, and not as an array.
as_several <- function(numbers) if (length(numbers) == 1L) I(numbers) else numbers

# A list with names, if the keys are texts.
read_map <- function(entries) {
  entries <- lapply(entries, list_of)
  keys <- lapply(entries, function(entry) entry[[1L]])
  if (!all(vapply(keys, is.character, NA))) stop("a Map whose keys are not texts: send a list of pairs")
  structure(lapply(entries, function(entry) entry[[2L]]), names = vapply(keys, identity, ""))
}

# An array with dimensions; the host has its items row after row, and R column after column.
read_array <- function(content) {
  shape <- as.integer(unlist(content$shape))
  items <- if (is.raw(content$data)) as.integer(content$data) else unclass(content$data)
  if (content$type == "bool") items <- items != 0L
  if (length(shape) == 0L) return(items)
  if (content$type == "uint8") items <- as.raw(items)
  if (length(shape) == 1L) array(items, shape) else aperm(array(items, rev(shape)))
}
