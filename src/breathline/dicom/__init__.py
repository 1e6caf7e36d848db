"""DICOM files on disk: found, told apart, grouped into series."""
