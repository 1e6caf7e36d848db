"""Truth on disk as NIfTI: label maps whole, a displacement field plane by plane."""

from __future__ import annotations

from pathlib import Path

import SimpleITK

from breathline.model.volume import Geometry, LabelArray


def write_labels(target: Path, labels: LabelArray, geometry: Geometry) -> None:
    """Write a label map (slices, rows, columns) as NIfTI on the grid of its scan."""
    image = SimpleITK.GetImageFromArray(labels)
    dz, dy, dx = geometry.spacing_mm
    image.SetSpacing((dx, dy, dz))
    image.SetOrigin(geometry.origin_mm)
    SimpleITK.WriteImage(image, str(target), useCompression=True, compressionLevel=1)
