"""Digital reference objects: a chest whose truth is known, written as real DICOM."""

from breathline.phantom.spec import PhantomSpec, PhantomTruth
from breathline.phantom.write import simulate_phantom, write_phantom, write_phantom_pair

__all__ = ["PhantomSpec", "PhantomTruth", "simulate_phantom", "write_phantom", "write_phantom_pair"]
