"""One file with many images (Enhanced CT, and series converted to it): what holds for each image.

Such a file says what holds for all its frames in Shared Functional Groups and what differs in Per-frame
Functional Groups (DICOM PS3.3 C.7.6.16). Laid flat, each frame says of itself what the file of a single slice
says, under the same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

SHARED = "SharedFunctionalGroupsSequence"
PER_FRAME = "PerFrameFunctionalGroupsSequence"

_RENAMED = {"FrameType": "ImageType", "FrameAcquisitionNumber": "AcquisitionNumber"}


def is_multi_frame(data: Any) -> bool:
    """Tell whether the file says of each of its images where it lies."""
    return PER_FRAME in data and len(data[PER_FRAME].value) > 0


def flat_frames(data: Any) -> Iterator[Dataset]:
    """Give, for each image of the file in the order they are stored, a header as of a single slice."""
    top = Dataset()
    for element in data:
        if element.keyword not in (SHARED, PER_FRAME):
            top.add(element)
    for group in data.get(SHARED, ()):
        _lay_flat(group, top)
    for group in data[PER_FRAME].value:
        frame = Dataset()
        frame.update(top)
        _lay_flat(group, frame)
        yield frame


def _lay_flat(group: Any, into: Dataset) -> None:
    """Copy what the macros of a functional group say; each is a sequence of one item."""
    for macro in group:
        if not isinstance(macro.value, Sequence) or not len(macro.value):
            continue
        for element in macro.value[0]:
            if isinstance(element.value, Sequence):
                continue
            into.add(element)
            if element.keyword in _RENAMED:
                setattr(into, _RENAMED[element.keyword], element.value)
