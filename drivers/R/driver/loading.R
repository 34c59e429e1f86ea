#: lazy
# Runs files as programs, and puts functions of the host in the place of some of theirs, as soon as these are defined.

originals <- new.env() # what has been replaced last, by name

# Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
bond_load <- function(path, replacements = list()) {
  names <- vapply(replacements, function(entry) entry[[1L]], "")
  for (name in names) if (!is_name(name)) stop(encodeString(name, quote = "'"), " is not a name of a function")
  before <- ls(globalenv(), all.names = TRUE)
  watched <- lapply(replacements, function(entry) watch(entry[[1L]], stand_in(entry[[1L]], entry[[2L]])))
  on.exit(for (each in watched) each$end())
  # As R runs a program, which prints what is visible.
  source(path, globalenv(), print.eval = TRUE, keep.source = TRUE)
  is_missing <- !vapply(watched, function(each) each$is_done(), NA)
  known <- if (any(is_missing)) Filter(is_global_function, setdiff(ls(globalenv(), all.names = TRUE), c(before, names)))
  list(as.list(names[is_missing]), as.list(known))
}

is_global_function <- function(name) is.function(get(name, envir = globalenv()))

# What stands in the place of a function.
stand_in <- function(name, replacement) {
  lent <- environment(replacement)
  function(...) call_host(lent$number, list(...), name, lent$is_holding)
}

# While the file runs, the global is a function that is told of each value that is assigned.
watch <- function(name, stub) {
  is_done <- FALSE
  is_there <- exists(name, envir = globalenv(), inherits = FALSE)
  value <- if (is_there) get(name, envir = globalenv(), inherits = FALSE)
  assigned <- function(new) {
    if (missing(new)) {
      if (!is_there) stop("object '", name, "' not found", call. = FALSE)
      return(value)
    }
    is_there <<- TRUE
    if (is.function(new)) {
      assign(name, new, envir = originals)
      is_done <<- TRUE
      new <- stub
    }
    value <<- new
  }
  if (is_there) rm(list = name, envir = globalenv())
  makeActiveBinding(name, assigned, globalenv())
  end <- function() {
    if (exists(name, envir = globalenv(), inherits = FALSE)) rm(list = name, envir = globalenv()) else is_there <<- FALSE
    if (is_there) assign(name, value, envir = globalenv())
  }
  list(is_done = function() is_done, end = end)
}

# Calls what has been replaced by that name.
bond_original <- function(name, ...) {
  if (!exists(name, envir = originals, inherits = FALSE)) stop("nothing has been replaced by the name ", name)
  get(name, envir = originals, inherits = FALSE)(...)
}
