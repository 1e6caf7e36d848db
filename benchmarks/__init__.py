"""Speed, memory and accuracy, measured; ``make bench`` runs all."""
