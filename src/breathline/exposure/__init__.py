"""What was taken, how much, for how long."""
