# Reads and writes JSON, by what R does to whole vectors.

# JSON is almost R: brackets become calls, and R's parser does the rest. What stands in quotes is left alone.
read_json <- function(text) {
  given <- text
  if (hard <- grepl("\\", text, fixed = TRUE)) text <- hide_escapes(text)
  parts <- strsplit(text, "\"", fixed = TRUE)[[1L]]
  if (length(parts) == 1L && nchar(text) > 1000L && is_flat(text)) return(read_flat(text))
  if (length(parts) %% 2L == 0L) parts <- c(parts, "")
  outside <- seq.int(1L, length(parts), 2L)
  code <- chartr("]}:", "))=", parts[outside])
  code <- gsub("{", "o(", gsub("[", "l(", code, fixed = TRUE), fixed = TRUE)
  if (any(grepl("[0-9][.eE]|[0-9]{16}", code))) code <- hide_numbers(code)
  if (length(parts) == 1L) return(read_code(code, given))
  parts[outside] <- code
  code <- paste0(parts, collapse = "\"")
  if (hard) code <- gsub("\001", "\\\\", gsub("\002", "\\\"", code, fixed = TRUE), fixed = TRUE)
  read_code(code, given)
}

# Escapes that have to do with where a text ends; others R reads as JSON does.
hide_escapes <- function(text) {
  text <- gsub("\\\\", "\001", text, fixed = TRUE)
  text <- gsub("\\\"", "\002", text, fixed = TRUE)
  text <- gsub("\\/", "/", text, fixed = TRUE)
  if (grepl("\\u", text, fixed = TRUE)) check_escapes(text)
  text
}

check_escapes <- function(text) {
  if (grepl("\\u0000", text, fixed = TRUE)) stop("a text with a NUL, which texts of R cannot have")
  lone <- "\\\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\\\u[dD][c-fC-F])|(?<!\\\\u[dD][89abAB][0-9a-fA-F]{2})\\\\u[dD][c-fC-F]"
  if (grepl(lone, text, perl = TRUE)) stop("a text with half a surrogate pair, which texts of R cannot have")
}

# Code with names in the places of numbers that R's parser would not read exactly. No quote is in it: one can hold the pieces together.
hide_numbers <- function(code) {
  text <- paste0(code, collapse = "\"")
  found <- gregexpr(HARD_NUMBER, text, perl = TRUE)[[1L]]
  if (found[1L] < 0L) return(code)
  starts <- as.integer(found)
  stops <- starts + attr(found, "match.length")
  reading$n <- exact_numbers(substring(text, starts, stops - 1L))
  between <- substring(text, c(1L, stops), c(starts - 1L, nchar(text)))
  hidden <- strsplit(paste0(between, c(paste0("n[[", seq_along(starts), "]]"), ""), collapse = ""), "\"", fixed = TRUE)[[1L]]
  c(hidden, character(length(code) - length(hidden))) # `strsplit` drops what is empty at the end
}

HARD_NUMBER <- "-?(?:[0-9]+\\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|[0-9]{16,})"

# R's parser goes about fifty brackets deep, and knows no empty names.
read_code <- function(code, text) {
  if (nchar(code) < 100L && !grepl("\"\"=", code, fixed = TRUE)) return(eval(str2lang(code), reading))
  parsed <- tryCatch(str2lang(code), error = function(error) NULL)
  if (is.null(parsed) && code != "null") read_deep(text) else eval(parsed, reading)
}

# A list of numbers, which needs no parser.
is_flat <- function(text) grepl("^\\[-?[0-9][-+0-9.eE,]*\\]$", text)

read_flat <- function(text) exact_numbers(strsplit(substr(text, 2L, nchar(text) - 1L), ",", fixed = TRUE)[[1L]])

# Names in the code that is made of JSON.
reading <- new.env(parent = emptyenv())
reading$true <- TRUE
reading$false <- FALSE
reading$null <- NULL
reading$`-` <- `-`
reading$`[[` <- `[[`

# A list. Several items of one kind are a vector, in which null is NA; one alone stays a list, so that it returns as one.
reading$l <- function(...) simplified(list(...))

simplified <- function(items) {
  if (length(items) < 2L) return(items)
  kinds <- unique(vapply(items, kind_of, ""))
  if (length(kinds) == 1L && kinds != "other") {
    if (kinds == "NULL") rep.int(NA, length(items)) else unlist(items)
  } else if (length(kinds) == 2L && any(kinds == "NULL") && all(kinds != "other")) {
    items[vapply(items, is.null, NA)] <- NA
    unlist(items)
  } else items
}

kind_of <- function(item) if (is.null(item)) "NULL" else if (is.null(attributes(item)) && is.atomic(item) && length(item) == 1L) typeof(item) else "other"

# An object.
reading$o <- function(...) named(list(...))

named <- function(items) {
  keys <- names(items)
  if (is.null(keys)) return(structure(items, names = character(length(items))))
  if (any(special <- startsWith(keys, "$"))) {
    if (extended) {
      if (length(keys) == 1L && !startsWith(keys, "$$")) return(read_word(keys, items[[1L]]))
      names(items)[special] <- sub("^\\$\\$", "$", keys[special])
    }
  }
  items
}

# Writes JSON: a text, or NA if the encoding cannot carry the value.
spell <- function(value) {
  attributes <- attributes(value)
  if (is.null(attributes)) {
    return(switch(typeof(value),
      list = spell_list(value),
      "NULL" = "null",
      raw = spell_other(value),
      double = , integer = , logical = , character = {
        texts <- spell_atoms(value)
        if (length(texts) == 1L) texts else listed(texts)
      },
      NA_character_
    ))
  }
  if (length(attributes) == 1L && names(attributes) == "names" && (is.list(value) || is.atomic(value) && !is.raw(value))) {
    return(spell_named(value, attributes[[1L]]))
  }
  spell_other(value)
}

spell_list <- function(value) {
  if (length(value) > 3L && !is.null(texts <- spell_records(value))) return(listed(texts))
  texts <- character(length(value))
  for (index in seq_along(value)) texts[index] <- spell(.subset2(value, index))
  listed(texts)
}

spell_named <- function(value, keys) {
  if (length(keys) == 0L) return("{}")
  texts <- if (is.list(value)) {
    texts <- character(length(value))
    for (index in seq_along(value)) texts[index] <- spell(.subset2(value, index))
    texts
  } else spell_atoms(unname(value))
  written_as_object(spell_keys(keys), texts)
}

written_as_object <- function(keys, texts) {
  if (anyNA(texts) || anyNA(keys)) NA_character_ else paste0("{", paste0(keys, ":", texts, collapse = ","), "}")
}

# NA if objects cannot have these names.
spell_keys <- function(keys) {
  if (anyDuplicated(keys) || anyNA(keys)) return(NA_character_)
  if (extended && any(special <- startsWith(keys, "$"))) keys[special] <- paste0("$", keys[special])
  spell_texts(keys)
}

listed <- function(texts) if (anyNA(texts)) NA_character_ else paste0("[", paste0(texts, collapse = ","), "]")

# The texts of the items of a vector.
spell_atoms <- function(value) {
  switch(typeof(value),
    double = spell_numbers(value),
    integer = { texts <- as.character(value); texts[is.na(value)] <- "null"; texts },
    logical = { texts <- c("false", "true")[value + 1L]; texts[is.na(value)] <- "null"; texts },
    character = { texts <- spell_texts(value); texts[is.na(value)] <- "null"; texts },
    rep.int(NA_character_, length(value))
  )
}

# 17 digits tell all numbers apart.
spell_numbers <- function(value) {
  texts <- sprintf("%.17g", value)
  if (!all(abs(value) <= 9007199254740992 & value != 0, na.rm = TRUE)) texts <- marked_as_floats(texts, value)
  if (anyNA(value) || any(is.infinite(value))) texts <- numbers_in_words(texts, value)
  texts
}

marked_as_floats <- function(texts, value) {
  texts[which(value == 0 & 1 / value < 0)] <- "-0.0"
  long <- which(abs(value) > 9007199254740992 & !grepl("[.eIN]", texts))
  texts[long] <- paste0(texts[long], ".0")
  texts
}

numbers_in_words <- function(texts, value) {
  is_missing <- is.na(value) & !is.nan(value)
  texts[is_missing] <- "null"
  odd <- !is_missing & !is.finite(value)
  texts[odd] <- if (extended) {
    paste0("{\"$numberDouble\":\"", ifelse(is.nan(value[odd]), "NaN", ifelse(value[odd] > 0, "Infinity", "-Infinity")), "\"}")
  } else NA_character_
  texts
}

# Whether R knows how to translate a text. What it does not know, `enc2utf8` puts in words: "<ff>".
is_of_other_encoding <- function(texts) {
  known <- Encoding(texts)
  of_locale <- !l10n_info()[["UTF-8"]] && !Sys.getlocale("LC_CTYPE") %in% c("C", "POSIX")
  known == "latin1" | known == "unknown" & of_locale
}

# NA for what has no Unicode.
spell_texts <- function(texts) {
  if (length(texts) == 0L) return(character()) # of which `paste0` would make a text
  given <- texts
  texts <- enc2utf8(texts)
  valid <- validUTF8(given) & Encoding(given) != "bytes"
  if (!all(valid)) valid <- valid | is_of_other_encoding(given)
  if (any(grepl("[\\x00-\\x1f\"\\\\]", texts, perl = TRUE, useBytes = TRUE))) {
    texts <- gsub("\"", "\\\"", gsub("\\", "\\\\", texts, fixed = TRUE), fixed = TRUE)
    if (any(grepl("[\\x00-\\x1f]", texts, perl = TRUE, useBytes = TRUE))) {
      for (code in 1:31) texts <- gsub(intToUtf8(code), sprintf("\\u%04x", code), texts, fixed = TRUE)
    }
  }
  texts <- paste0("\"", texts, "\"")
  if (!all(valid)) texts[!valid] <- NA_character_
  texts
}
