#: lazy
# Reads JSON that R's parser cannot: token by token.

read_deep <- function(text) {
  found <- gregexpr("\"(?:[^\"\\\\]++|\\\\.)*+\"|[-+.eE0-9]+|true|false|null|[][{}:,]", text, perl = TRUE)
  tokens <- regmatches(text, found)[[1L]]
  first <- substr(tokens, 1L, 1L)
  values <- vector("list", length(tokens))
  numbers <- grepl("[-0-9]", first)
  values[numbers] <- as.list(exact_numbers(tokens[numbers]))
  texts <- first == "\""
  values[texts] <- lapply(tokens[texts], function(token) str2lang(gsub("\001", "\\\\", hide_escapes_again(token), fixed = TRUE)))
  values[tokens == "true"] <- TRUE
  values[tokens == "false"] <- FALSE
  collected(first, values)
}

hide_escapes_again <- function(token) gsub("\002", "\\\"", hide_escapes(token), fixed = TRUE)

# Puts values together; what is open is on a stack: its items, its keys, and how many there are.
collected <- function(first, values) {
  stack <- list()
  items <- list()
  keys <- NULL
  is_key <- FALSE
  for (index in seq_along(first)) {
    kind <- first[index]
    if (kind == "[" || kind == "{") {
      stack[[length(stack) + 1L]] <- list(items, keys)
      items <- list()
      keys <- if (kind == "{") character()
      is_key <- kind == "{"
      next
    }
    if (kind == ",") {
      is_key <- !is.null(keys)
      next
    }
    if (kind == ":") {
      is_key <- FALSE
      next
    }
    if (is_key && kind == "\"") {
      keys[length(keys) + 1L] <- values[[index]]
      next
    }
    if (kind == "]" || kind == "}") {
      value <- if (kind == "]") simplified(items) else named(structure(items, names = keys))
      outer <- stack[[length(stack)]]
      stack[[length(stack)]] <- NULL
      items <- outer[[1L]]
      keys <- outer[[2L]]
      is_key <- FALSE
    } else value <- values[[index]]
    items[length(items) + 1L] <- list(value)
  }
  if (length(stack) > 0L || length(items) != 1L) stop("broken JSON")
  items[[1L]]
}
