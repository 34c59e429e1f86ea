#: lazy
# Values that plain JSON has no word for, in the words of EJSON, or as an error that says where they sit.

# As `spell`, for what has attributes, and for bytes.
spell_other <- function(value) {
  if (is.raw(value) && is.null(attributes(value))) return(if (extended) spell_bytes(value) else NA_character_)
  if (isS4(value) || !(is.atomic(value) || is.list(value))) return(NA_character_)
  if (!is.object(value)) return(if (has_only(value, "dim") && extended) spell_array(value) else NA_character_)
  switch(kind_of_object(value),
    factor = listed_or_alone(spell_atoms(as.character(value))),
    data.frame = spell_frame(value),
    POSIXct = if (extended) listed_or_alone(spell_times(unclass_all(value))) else NA_character_,
    POSIXlt = if (extended) listed_or_alone(spell_times(unclass_all(as.POSIXct(value)))) else NA_character_,
    AsIs = spell_as_is(value),
    NA_character_
  )
}

# Classes that are known exactly, not what is derived from them.
kind_of_object <- function(value) {
  classes <- oldClass(value)
  if (length(classes) == 1L) return(classes)
  if (identical(classes, c("POSIXct", "POSIXt"))) return("POSIXct")
  if (identical(classes, c("POSIXlt", "POSIXt"))) return("POSIXlt")
  if (identical(classes, c("ordered", "factor"))) return("factor")
  if (classes[1L] == "AsIs") return("AsIs")
  ""
}

has_only <- function(value, names) all(names(attributes(value)) %in% names)

unclass_all <- function(value) as.vector(unclass(value))

listed_or_alone <- function(texts) if (length(texts) == 1L) texts else listed(texts)

# `I(x)` is a list, even if it has one item only.
spell_as_is <- function(value) {
  class(value) <- setdiff(oldClass(value), "AsIs")
  if (is.null(attributes(value)) && is.atomic(value) && !is.raw(value)) listed(spell_atoms(value)) else spell(value)
}

# A list for each column. Rows that have names of their own would lose them.
spell_frame <- function(value) {
  if (is.character(attr(value, "row.names"))) return(NA_character_)
  columns <- unclass(value)
  attr(columns, "row.names") <- NULL
  if (!has_only(columns, "names")) return(NA_character_)
  if (length(columns) == 0L) return("{}")
  texts <- vapply(columns, spell_column, "")
  written_as_object(spell_keys(names(columns)), texts)
}

spell_column <- function(column) {
  if (is.null(attributes(column)) && is.atomic(column) && !is.raw(column)) return(listed(spell_atoms(column)))
  text <- spell(column)
  if (length(column) == 1L && !is.na(text) && !is.list(column)) paste0("[", text, "]") else text
}

# Milliseconds since 1970: a fraction of one cannot cross.
spell_times <- function(seconds) {
  ms <- round(seconds * 1000)
  texts <- sprintf("{\"$date\":{\"$numberLong\":\"%.0f\"}}", ms)
  texts[which(ms / 1000 != seconds | !is.finite(seconds))] <- NA_character_
  texts[is.na(seconds)] <- "null"
  texts
}

# An array of numbers, row after row.
spell_array <- function(value) {
  type <- switch(typeof(value), double = "float64", integer = "int32", logical = "bool", raw = "uint8", "")
  if (type == "" || !is.raw(value) && any(is.na(value) & !is.nan(value))) return(NA_character_)
  shape <- dim(value)
  items <- as.vector(if (length(shape) > 1L) aperm(value) else value)
  data <- switch(type, float64 = writeBin(items, raw(), endian = "little"), int32 = writeBin(items, raw(), endian = "little"), as.raw(items))
  bytes <- spell_bytes(data)
  if (type != "bool" && type != "uint8") {
    bytes <- paste0("{\"$typedArray\":{\"type\":\"", type, "\",\"base64\":\"", to_base64(data), "\"}}")
  }
  paste0("{\"$ndarray\":{\"type\":\"", type, "\",\"shape\":[", paste0(shape, collapse = ","), "],\"data\":", bytes, "}}")
}

spell_bytes <- function(bytes) paste0("{\"$binary\":{\"base64\":\"", to_base64(bytes), "\",\"subType\":\"00\"}}")

# ---- Says what cannot cross, and where it sits

explain <- function(value, path, depth) {
  if (depth > DEEPEST) refuse(path, "is nested too deep")
  if (is.na(spell(value))) explain_part(value, path, depth)
}

explain_part <- function(value, path, depth) {
  plain <- is.list(value) && !is.object(value) && has_only(value, "names") || is.data.frame(value)
  if (plain && !(is.data.frame(value) && is.character(attr(value, "row.names")))) {
    check_keys(names(value), path)
    for (index in seq_along(value)) {
      key <- names(value)[index]
      explain(.subset2(value, index), if (is.null(key)) paste0(path, "[", index - 1L, "]") else below(path, key), depth + 1L)
    }
  }
  if (is.atomic(value) && !is.object(value) && has_only(value, "names")) explain_atoms(value, path)
  advice <- advice_for(value)
  refuse(path, described(value), " cannot be carried by ", if (extended) "EJSON" else "JSON", if (advice != "") ": ", advice)
}

check_keys <- function(keys, path) {
  if (anyDuplicated(keys)) refuse(path, "two of its names are the same: ", encodeString(keys[duplicated(keys)][1L], quote = "'"))
  if (anyNA(keys)) refuse(path, "one of its names is NA")
  if (!is.null(keys) && anyNA(texts <- spell_texts(keys))) refuse(path, "one of its names is not valid Unicode")
}

explain_atoms <- function(value, path) {
  check_keys(names(value), path)
  bad <- which(is.na(spell_atoms(unname(value))))[1L]
  if (is.na(bad)) return()
  if (length(value) > 1L) path <- if (is.null(names(value))) paste0(path, "[", bad - 1L, "]") else below(path, names(value)[bad])
  if (is.character(value)) refuse(path, "text that is not valid ", if (Encoding(value[bad]) == "bytes") "Unicode" else "UTF-8", ": send charToRaw() of it, or iconv() it")
  if (is.double(value)) refuse(path, format(value[[bad]]), " is not a JSON number")
}

described <- function(value) {
  classes <- class(value)
  paste("a value of class", if (length(classes) > 3L) classes[1L] else paste(classes, collapse = "/"))
}

# What can be sent instead.
advice_for <- function(value) {
  if (is.function(value) || is.environment(value)) return("use hold")
  if (is.complex(value)) return("send as.character() of it, or convert all by presets.R.numbers")
  if (inherits(value, "Date")) return("it is no moment: send format() of it, or convert all by presets.R.dates")
  if (inherits(value, "POSIXt")) return("it has a fraction of a millisecond: send round(x, 3) of its seconds, or convert all by presets.R.dates")
  if (inherits(value, "difftime")) return("send as.numeric(x, units = 'secs'), or convert all by presets.R.dates")
  if (is.data.frame(value)) return("its rows have names, which would be lost: put them into a column, or convert all by presets.R.frames")
  if (is.array(value)) return("only numbers and logicals without NA and without dimnames can: send unname() of it, or as.data.frame(), or convert all by presets.R.matrices")
  if (is.language(value)) return("send deparse() of it, or use hold")
  "use hold, or convert"
}
