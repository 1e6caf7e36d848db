"""Digital reference objects: a chest whose truth is known, written as DICOM."""
