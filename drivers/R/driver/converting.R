#: lazy
# Converts values by class before they cross.

conversions <- list()
ALWAYS_PLAIN <- c("numeric", "integer", "double", "character", "logical", "list", "NULL")

# Has values of certain classes converted: pairs of a name and code of something that can be called.
bond_convert <- function(entries) {
  for (entry in entries) {
    name <- entry[[1L]]
    if (name %in% ALWAYS_PLAIN) stop("'", name, "': values of this class always cross as they are")
    conversion <- tryCatch(eval(parse_code(entry[[2L]]), globalenv()), error = function(error) stop("'", name, "': ", conditionMessage(error), call. = FALSE))
    if (!is.function(conversion)) stop("'", name, "': its code gives a value of class ", class(conversion)[1L], ", which is no function")
    conversions[[name]] <<- conversion
  }
  converts <<- length(conversions) > 0L
  invisible()
}

# A value with what conversions make of its parts.
converted <- function(value, path) {
  conversion <- conversion_for(value)
  if (is.null(conversion)) return(with_converted_parts(value, path))
  made <- tryCatch(as_program(conversion, value), error = function(error) {
    refuse(path, "the conversion of ", described(value), " failed: ", message_of(error))
  })
  with_converted_parts(made, path)
}

# A conversion may call the host.
as_program <- function(conversion, value) {
  was_busy <- busy
  busy <<- TRUE
  on.exit(busy <<- was_busy)
  conversion(value)
}

conversion_for <- function(value) {
  if (is.null(attributes(value)) && (is.null(value) || is.list(value) || is.atomic(value) && !is.complex(value))) return(NULL)
  classes <- if (isS4(value)) methods::is(value) else class(value)
  found <- intersect(classes, names(conversions))
  if (length(found) > 0L) conversions[[found[1L]]]
}

with_converted_parts <- function(value, path) {
  if (!is.list(value) || is.object(value) && !is.data.frame(value)) return(value)
  keys <- names(value)
  parts <- unclass(value)
  for (index in seq_along(parts)) {
    part <- .subset2(parts, index)
    if (is.null(attributes(part)) && is.atomic(part) && !is.complex(part)) next
    place <- if (is.null(keys)) paste0(path, "[", index - 1L, "]") else below(path, keys[index])
    parts[index] <- list(converted(part, place))
  }
  attributes(parts) <- attributes(value)
  parts
}
