#: lazy
# What the host has lent, and what it holds here.

held <- new.env()
counter <- 0L # of what is held, and of iterators

next_number <- function() counter <<- counter + 1L

bond_hold <- function(value) {
  number <- next_number()
  assign(as.character(number), value, envir = held)
  number
}

bond_held <- function(number) {
  key <- as.character(number)
  if (!exists(key, envir = held, inherits = FALSE)) stop("nothing is held under the number ", key)
  get(key, envir = held, inherits = FALSE)
}

release <- function(number) if (exists(number, envir = held, inherits = FALSE)) rm(list = number, envir = held)

# Puts what expressions refer to in their places.
put_at <- function(container, path, value) {
  step <- path[[1L]]
  container <- list_of(container)
  index <- if (is.numeric(step)) step + 1 else step
  container[index] <- list(if (length(path) == 1L) value else put_at(container[[index]], path[-1L], value))
  if (is.null(names(container))) simplified(container) else container
}

# What code comes to, or a chain.
referred <- function(code) {
  if (length(code) > 1L) return(follow(code[[1L]], code[[2L]], TRUE))
  number <- held_number(code)
  if (is.na(number)) eval(parse_code(code), globalenv()) else bond_held(number)
}

held_number <- function(code) if (is.character(code) && length(code) == 1L) suppressWarnings(as.integer(sub("^_BOND_held\\(([0-9]+)\\)$", "\\1", code))) else NA

with_references <- function(content) {
  result <- list_of(content[[1L]])
  for (reference in content[[2L]]) result <- list_of(put_at(result, reference[[1L]], referred(reference[[2L]])))
  result[[1L]]
}

# The call that a request with references, or with arguments by name, asks for. Code of the program stands in it as it is: what looks at
# the text of its arguments, such as `subset` or `lm`, finds it.
call_with_references <- function(call) {
  arguments <- list_of(call[[2L]])
  named <- if (length(call) > 3L) as.list(call[[4L]])
  codes <- lapply(arguments, quoted)
  names_of <- lapply(named, quoted)
  for (reference in call[[3L]]) {
    path <- reference[[1L]]
    code <- reference[[2L]]
    is_named <- identical(path[[1L]], "kwargs")
    if (is_named) path <- path[-1L]
    if (length(path) > 1L) {
      step <- if (is_named) path[[1L]] else path[[1L]] + 1
      given <- if (is_named) names_of[[step]] else codes[[step]]
      expression <- base::call("put_at", given, path[-1L], code_for(code))
      expression[[1L]] <- put_at
      if (is_named) names_of[[step]] <- expression else codes[[step]] <- expression
    } else if (is_named) names_of[[path[[1L]]]] <- code_for(code)
    else codes[[path[[1L]] + 1]] <- code_for(code)
  }
  if (call[[1L]] == "_BOND_set" && !is.na(number <- held_number(call[[3L]][[1L]][[2L]]))) {
    return(as.call(c(set_held, number, codes[-1L])))
  }
  as.call(c(callable(call[[1L]]), codes, names_of))
}

# What the driver has is there when the call begins: the host may let go of it when the call is done, and R is lazy.
code_for <- function(code) {
  if (length(code) > 1L) return(as.call(list(referred, code)))
  if (startsWith(code, "_BOND_")) return(quoted(referred(code)))
  parsed <- parse_code(code)
  if (length(parsed) == 1L) parsed[[1L]] else as.call(c(as.name("{"), as.list(parsed)))
}

# A function that the host has lent, by its number; when nothing refers to it any more, the host hears of it.
bond_callback <- function(number, is_holding = 0) {
  lent <- new.env(parent = driver)
  lent$number <- number
  lent$is_holding <- is_holding == 1
  reg.finalizer(lent, let_go)
  eval(quote(function(...) call_host(number, list(...), "callback", is_holding)), lent)
}

let_go <- function(lent) released <<- c(released, lent$number)

# A function that returns the next item of what the host hands out in batches, and NULL behind the last.
bond_stream <- function(number) {
  take_more <- bond_callback(number)
  size <- 1
  items <- list()
  is_done <- FALSE
  function() {
    while (length(items) == 0L) {
      if (is_done) return(NULL)
      batch <- take_more(size)
      items <<- list_of(batch[[1L]])
      is_done <<- batch[[2L]]
      size <<- min(2 * size, 256)
    }
    item <- items[[1L]]
    items <<- items[-1L]
    item
  }
}

# An export of a package, a field, an element, a slot.
bond_get <- function(holder, name) {
  if (is.numeric(name)) return(holder[[name]])
  if (is.environment(holder) && isNamespace(holder)) return(getExportedValue(holder, name))
  if (is.environment(holder) && isS4(holder)) return(do.call(`$`, list(holder, name)))
  if (is.environment(holder) && exists(name, envir = holder, inherits = FALSE)) return(get(name, envir = holder, inherits = FALSE))
  if (isS4(holder) && !is.environment(holder) && !is.null(attr(holder, name))) return(attr(holder, name))
  if ((is.list(holder) || is.atomic(holder)) && name %in% names(holder)) return(holder[[name]])
  if (is.function(holder) && isS4(holder)) return(do.call(`$`, list(holder, name)))
  stop("a value of class ", class(holder)[1L], " has no element, field or slot '", name, "'")
}

bond_set <- function(holder, name, value) {
  if (!is.environment(holder)) stop("only a held value, or an environment, can be changed")
  set_in(holder, name, value)
  invisible()
}

# Values of R are copied when they are changed: what is held is the changed copy from then on.
set_held <- function(number, name, value) {
  assign(as.character(number), set_in(bond_held(number), name, value), envir = held)
  invisible()
}

set_in <- function(holder, name, value) {
  if (is.environment(holder) && !isS4(holder)) assign(name, value, envir = holder)
  else if (is.environment(holder)) do.call(`$<-`, list(holder, name, value))
  else if (isS4(holder)) attr(holder, name) <- value
  else if (is.list(holder) && is.null(value)) holder[name] <- list(NULL)
  else holder[[name]] <- value
  holder
}

# A function among its elements; or else a function of the program, which has the object as its first argument: `summary(model)`.
bond_invoke <- function(holder, name, ...) {
  if (is.environment(holder) || isS4(holder) && is.function(holder) || is.list(holder) && is.function(unclass(holder)[[name]])) {
    member <- tryCatch(bond_get(holder, name), error = function(error) NULL)
    if (is.function(member)) return(member(...))
    if (is.environment(holder) && isNamespace(holder)) getExportedValue(holder, name)
  }
  get(name, envir = globalenv(), mode = "function")(holder, ...)
}

bond_apply <- function(value, ...) value(...)

bond_hold_result <- function(name, ...) bond_hold(eval(as.call(c(callable(name), lapply(list(...), quoted))), globalenv()))

# What a function throws, so that it can be held; NULL if it throws nothing.
bond_catch <- function(called, ...) {
  tryCatch({
    called(...)
    NULL
  }, error = identity)
}

bond_raise <- function(error) stop(error)
