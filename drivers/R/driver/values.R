# What all encodings need: values as text and back, exactly, or as an error that says where it sits.

DEEPEST <- 1000L # what is nested deeper is refused

# JSON text of a value; what the encoding would change on the way is an error that says where it sits.
encode <- function(value, root = "result") {
  if (is.double(value) && length(value) == 1L && is.null(attributes(value))) {
    # More digits than these would be another number as an integer.
    if (!is.na(value) && value != 0 && abs(value) < 1e15) return(sprintf("%.17g", value))
  }
  if (converts) value <- converted(value, root)
  text <- spell(value)
  if (is.na(text)) {
    if (has_live && root == "result") return(result_with_live(value))
    explain(value, root, 0L)
  }
  text
}

refuse <- function(path, ...) {
  if (nchar(path) > 300L) path <- paste0(substr(path, 1L, 300L), "...")
  stop(serialization_exception(paste0(path, ": ", ...)))
}

serialization_exception <- function(message, id = NULL) {
  structure(class = c("_BOND_SerializationException", "error", "condition"), list(message = message, call = NULL, id = id))
}

below <- function(path, name) {
  if (grepl("^[A-Za-z_][A-Za-z_0-9]*$", name)) paste0(path, ".", name) else paste0(path, "[", spell_texts(name), "]")
}

# An error meanwhile means that what the host sent cannot be decoded.
decode <- function(text) {
  decoding <<- TRUE
  value <- read_json(text)
  decoding <<- FALSE
  value
}
