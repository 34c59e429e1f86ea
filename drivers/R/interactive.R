# What an interactive session asks R. It runs as a block of its own once a session asks.

# Whether more lines are to come. To parse code runs none of it.
`_BOND_is_unfinished` <- function(code, ...) {
  tryCatch({ parse(text = code, keep.source = FALSE); FALSE }, error = function(error) {
    grepl("unexpected end of input|unexpected INCOMPLETE_STRING", conditionMessage(error))
  })
}

# What the last word of a line may be going to be: that word, and the names that begin with it, as R's own sessions find them.
`_BOND_complete` <- function(before) {
  utils::rc.settings(func = FALSE, files = FALSE, quotes = FALSE)
  tools <- asNamespace("utils")
  tools$.assignLinebuffer(before)
  tools$.assignEnd(nchar(before))
  tools$.guessTokenFromLine()
  tools$.completeToken()
  word <- tools$.CompletionEnv[["token"]]
  names <- sub("\\($", "", tools$.retrieveCompletions())
  names <- names[startsWith(names, word) & !grepl("_BOND_", names, fixed = TRUE)]
  if (word == "") names <- character()
  list(word, as.list(utils::head(sort(unique(names)), 1000L)))
}
