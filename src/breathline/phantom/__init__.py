"""Digital reference objects: a chest whose truth is known, written as real DICOM."""

from breathline.phantom.rescan import BareScan, draw_bare, scan_bare
from breathline.phantom.spec import PhantomSpec, PhantomTruth
from breathline.phantom.write import simulate_phantom, write_phantom, write_phantom_pair

__all__ = [
    "BareScan",
    "PhantomSpec",
    "PhantomTruth",
    "draw_bare",
    "scan_bare",
    "simulate_phantom",
    "write_phantom",
    "write_phantom_pair",
]
