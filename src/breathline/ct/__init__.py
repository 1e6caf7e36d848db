"""From a CT scan to measurements: read, lungs, patterns, quantify."""
