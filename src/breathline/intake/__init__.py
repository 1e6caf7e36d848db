"""From a patient folder to a record, every problem reported at once."""
