# Fills in the template of a letter: Rscript offer.R letter.mustache items.dcf

library(whisker)

# A sum of money in cents, as the letter has it.
money <- function(cents) {
  text <- format(cents / 100, nsmall = 2, big.mark = ",", trim = TRUE)
  paste("EUR", text)
}

files <- commandArgs(TRUE)
items <- as.data.frame(read.dcf(files[2]))
cents <- as.numeric(items$Price)
items$Price <- vapply(cents, money, "")
data <- list(items = unname(rowSplit(items)), total = money(sum(cents)))
cat(whisker.render(readLines(files[1]), data), "\n", sep = "")
