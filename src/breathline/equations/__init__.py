"""Reference equations, one file a publication."""
