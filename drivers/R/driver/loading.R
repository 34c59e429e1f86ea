#: lazy
# Runs files as programs, and puts functions of the host in the place of some of theirs, as soon as these are defined.

originals <- new.env() # what has been replaced last, by name

# Runs a file; returns the names of those that nothing has defined, and of what could have been meant.
bond_load <- function(path, replacements = list()) {
  names <- vapply(replacements, function(entry) entry[[1L]], "")
  for (name in names) {
    if (!is_name(sub("^[a-zA-Z][a-zA-Z0-9.]*::", "", name))) stop(encodeString(name, quote = "'"), " is not a name of a function")
    if (startsWith(name, "base::")) stop(name, ": functions of the package base cannot be replaced, since all of R uses them")
  }
  before <- ls(globalenv(), all.names = TRUE)
  watched <- lapply(replacements, function(entry) {
    watch_one <- if (grepl("::", entry[[1L]], fixed = TRUE)) watch_package else watch
    watch_one(entry[[1L]], stand_in(entry[[1L]], entry[[2L]]))
  })
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

# A function of a package is replaced now, or as soon as the file has loaded the package.
watch_package <- function(name, stub) {
  parts <- strsplit(name, "::", fixed = TRUE)[[1L]]
  is_done <- FALSE
  replace_now <- function(...) {
    if (!is_done) is_done <<- replace_in_package(parts[1L], parts[2L], stub, name)
  }
  if (isNamespaceLoaded(parts[1L])) {
    replace_now()
    return(list(is_done = function() is_done, end = function() NULL))
  }
  event <- packageEvent(parts[1L], "onLoad")
  before <- getHook(event)
  setHook(event, replace_now) # called when the package is complete, and before `library` copies what it exports
  list(is_done = function() is_done, end = function() setHook(event, before, "replace"))
}

# Puts a function in the place of one of a package, in each place that has got it from there.
replace_in_package <- function(package, own, stub, name) {
  namespace <- getNamespace(package)
  original <- get0(own, namespace, mode = "function", inherits = FALSE)
  if (is.null(original)) return(FALSE)
  assign(name, original, envir = originals)
  imports <- lapply(loadedNamespaces(), function(other) if (other != "base") parent.env(getNamespace(other)))
  methods <- lapply(loadedNamespaces(), function(other) getNamespace(other)[[".__S3MethodsTable__."]])
  attached <- if (paste0("package:", package) %in% search()) as.environment(paste0("package:", package))
  for (place in c(namespace, attached, imports, methods)) put_in_place(place, own, original, stub)
  TRUE
}

put_in_place <- function(place, own, original, stub) {
  if (!is.environment(place) || !identical(get0(own, place, inherits = FALSE), original)) return()
  is_locked <- bindingIsLocked(own, place)
  if (is_locked) unlockBinding(own, place)
  assign(own, stub, envir = place)
  if (is_locked) lockBinding(own, place)
}

# Calls what has been replaced by that name.
bond_original <- function(name, ...) {
  if (!exists(name, envir = originals, inherits = FALSE)) stop("nothing has been replaced by the name ", name)
  get(name, envir = originals, inherits = FALSE)(...)
}
