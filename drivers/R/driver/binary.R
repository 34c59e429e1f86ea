#: lazy
# Bytes as base64, and numbers as bytes. R has no base64 of its own: all digits are calculated together.

DIGITS <- c(LETTERS, letters, 0:9, "+", "/")
DIGIT_BYTES <- charToRaw(paste(DIGITS, collapse = ""))
DIGIT_VALUES <- local({
  values <- rep.int(0L, 256L)
  values[as.integer(DIGIT_BYTES) + 1L] <- 0:63
  values
})

to_base64 <- function(bytes) {
  size <- length(bytes)
  if (size == 0L) return("")
  missing <- (3L - size %% 3L) %% 3L
  values <- matrix(c(as.integer(bytes), integer(missing)), 3L)
  groups <- values[1L, ] * 65536L + values[2L, ] * 256L + values[3L, ]
  digits <- rbind(groups %/% 262144L, groups %/% 4096L %% 64L, groups %/% 64L %% 64L, groups %% 64L)
  text <- DIGIT_BYTES[digits + 1L]
  if (missing > 0L) text[length(text) - seq_len(missing) + 1L] <- as.raw(61L)
  rawToChar(text)
}

from_base64 <- function(text) {
  if (text == "") return(raw())
  digits <- charToRaw(text)
  missing <- sum(digits[length(digits) - 0:1] == as.raw(61L))
  values <- matrix(DIGIT_VALUES[as.integer(digits) + 1L], 4L)
  groups <- values[1L, ] * 262144L + values[2L, ] * 4096L + values[3L, ] * 64L + values[4L, ]
  bytes <- as.raw(rbind(groups %/% 65536L, groups %/% 256L %% 256L, groups %% 256L))
  if (missing > 0L) bytes[seq_len(length(bytes) - missing)] else bytes
}

bytes_in <- function(content) {
  if (!is.null(content$base64)) from_base64(content$base64) else bytes_at(content$block)
}

# The numbers of a typed array. R's integers have neither -2^31, which is its NA, nor more than 31 bits.
numbers_in <- function(type, bytes) {
  read <- function(what, size, signed = TRUE) readBin(bytes, what, length(bytes) / size, size, signed, "little")
  switch(type,
    int8 = as.numeric(read("integer", 1L)),
    uint8 = , uint8clamped = as.numeric(bytes),
    int16 = as.numeric(read("integer", 2L)),
    uint16 = as.numeric(read("integer", 2L, FALSE)),
    int32 = whole_numbers(read("integer", 4L)),
    uint32 = unsigned(whole_numbers(read("integer", 4L))),
    float32 = read("double", 4L),
    float64 = read("double", 8L),
    int64 = , uint64 = long_numbers(whole_numbers(read("integer", 4L)), type),
    stop("there is no type of numbers ", type)
  )
}

whole_numbers <- function(integers) {
  numbers <- as.numeric(integers)
  numbers[is.na(numbers)] <- -2147483648
  numbers
}

unsigned <- function(numbers) numbers + 4294967296 * (numbers < 0)

long_numbers <- function(halves, type) {
  low <- unsigned(halves[c(TRUE, FALSE)])
  high <- halves[c(FALSE, TRUE)]
  if (type == "uint64") high <- unsigned(high)
  numbers <- high * 4294967296 + low
  if (any(numbers > 2^53 | numbers < -2^53 | abs(numbers) == 2^53 & low != 0)) stop("an integer beyond 2^53, which R has no type for")
  numbers
}
