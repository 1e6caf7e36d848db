"""Named criteria of response and progression, one file each."""
