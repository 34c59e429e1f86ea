# Runs the other files of the driver: those that are lazy when a function of theirs is first used. STAGE1 has run this one in an
# environment of its own below R's base, so that what your program defines is not seen here. `source` has the text of all files.
#
# R compiles a function when it is called again, or if it has loops. That takes longer than most of these ever take, and what R has
# compiled takes ten times as much of the stack, of which there is little. It leaves a function as it is if little is in it, and does not
# count what stands behind `else`. (Those that mention `browser` are left as they are, too, but only after a collection of all garbage.)

jit_level <- .Internal(enableJIT(0L)) # until the program has its turn
driver <- environment()

uncompiled <- function(value) {
  body(value) <- call("if", FALSE, NULL, body(value))
  value
}

run_files <- function(parts) {
  for (part in parts) {
    heading <- strsplit(substr(part, 1L, 100L), "[ \n]")[[1L]]
    if (heading[1L] == "lazy") put_off(part) else run_file(part)
  }
}

run_file <- uncompiled(function(part) {
  for (definition in parse(text = paste0("#", part), keep.source = FALSE)) {
    value <- eval(definition, driver)
    if (is.function(value) && is.symbol(name <- definition[[2L]])) assign(as.character(name), uncompiled(value), envir = driver)
  }
})

# Each name that the file defines stands for running it.
put_off <- function(part) {
  starts <- gregexpr("(?m)^[a-zA-Z_0-9.]+(?= <- )", part, perl = TRUE)
  for (name in regmatches(part, starts)[[1L]]) put_off_one(part, name)
}

put_off_one <- function(part, name) {
  delayedAssign(name, {
    run_file(part)
    get(name, envir = driver, inherits = FALSE)
  }, assign.env = driver)
}

run_files(strsplit(source, "\n#: ", fixed = TRUE)[[1L]][-1L])
rm("source")
start()
