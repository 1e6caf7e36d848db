"""The report a clinician reads: sections and templates over an assessment; it computes nothing."""
