"""The sections of the report, one file each: what stands in them as plain words, ready for any template."""
