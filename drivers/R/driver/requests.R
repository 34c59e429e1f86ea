# Makes of what the host asks for what R evaluates.

# An expression for a request, which is evaluated at the top level.
prepare <- function(verb, id, payload) {
  switch(verb,
    CALL = if (length(parts) > 0L || (code <- .Internal(sub(SIMPLE_CALL, "\\1(\\2)", payload, FALSE, TRUE, FALSE, FALSE))) == payload) prepare_call(id, decode(payload)) else .Internal(str2lang(code)),
    EVAL = prepare_code(decode(payload)),
    EVAL_BLOCK = prepare_block(decode(payload)),
    EXPORT = as.call(c(export, as.list(decode(payload)))),
    prepare_other(verb, id, payload)
  )
}

# A call of a function by its name with short texts, and integers, is the same in R.
SIMPLE_CALL <- local({
  argument <- "(?:-?[0-9]{1,15}|\"[^\"\\\\]*+\")"
  paste0("^\\[\"([A-Za-z.][A-Za-z0-9._]*+)\",\\[((?:", argument, "(?:,", argument, ")*+)?)\\]\\]$")
})

prepare_other <- function(verb, id, payload) {
  switch(verb,
    CALL_HOLD = prepare_call(id, decode(payload)),
    EVAL_HOLD = prepare_code(decode(payload)),
    EVAL_BLOCK_HOLD = prepare_block(decode(payload)),
    CHAIN = { chain <- decode(payload); as.call(list(run_chain, chain[[1L]], chain[[2L]])) },
    stop("there is no request ", verb)
  )
}

prepare_code <- function(code) {
  if (length(code) == 1L) return(parse_code(code))
  directive <- paste0("#line ", code[[3L]], " ", encodeString(code[[2L]], quote = "\""))
  parse(text = c(directive, code[[1L]]), keep.source = TRUE)
}

# Functions remember their lines, also where the host does not say where the code stands.
prepare_block <- function(code) prepare_code(if (length(code) == 1L && !grepl("_BOND_", code, fixed = TRUE)) list(code, "<evalBlock>", 1L) else code)

# Names of the driver need quotes in R.
parse_code <- function(code) {
  if (grepl("_BOND_", code, fixed = TRUE)) code <- gsub("(?<![`A-Za-z0-9._])(_BOND_[a-zA-Z_]+)(?=\\()", "`\\1`", code, perl = TRUE)
  str2expression(code)
}

prepare_call <- function(id, call) {
  if (length(parts) > 0L && !is.null(parts[[id]])) call[[2L]] <- c(list_of(call[[2L]]), list(joined_parts(id)))
  if (length(call) > 2L) return(call_with_references(call))
  arguments <- list_of(call[[2L]])
  as.call(c(callable(call[[1L]]), lapply(arguments, quoted)))
}

# What arrives as NA was null.
list_of <- function(values) {
  if (is.list(values)) return(values)
  items <- as.list(values)
  if (anyNA(values)) items[which(is.na(values) & !is.nan(values))] <- list(NULL)
  items
}

callable <- function(name) {
  if (grepl("^(_BOND_|[A-Za-z.])[A-Za-z0-9._]*$", name)) return(as.name(name))
  parsed <- parse_code(name)
  if (length(parsed) == 1L) parsed[[1L]] else as.call(c(as.name("{"), parsed))
}

# A value in a call, as what it is.
quoted <- function(value) if (is.language(value)) call("quote", value) else value
