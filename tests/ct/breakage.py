"""Break a scan at random, as disks, copies and exports do."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from tests.dicom.enhanced import write_enhanced
from tests.dicom.streams import PICTURE, STREAMS, jpeg_lossless
from tests.dicom.tiny import write_series

KINDS = (
    "plain",
    "rle",
    "deflated",
    "jpeg",
    "jpeg_ls",
    "j2k",
    "enhanced",
    "nii",
    "nii.gz",
    "mha",
    "mhd",
    "nrrd",
)
_STREAMS = {
    "jpeg": ("1.2.840.10008.1.2.4.70", jpeg_lossless(PICTURE, 1)),
    "jpeg_ls": ("1.2.840.10008.1.2.4.80", STREAMS["80"]),
    "j2k": ("1.2.840.10008.1.2.4.90", STREAMS["90"]),
}
_HOSTILE = (0, 1, 2, 3, 7, 12, 255, 256, 10_000, 60_000, 65_535)
_WORDS = (
    "",
    "x",
    "0",
    "-1",
    "nan",
    "inf",
    "1e308",
    "-0",
    "1\\2",
    "1\\2\\3\\4\\5\\6\\7",
    "99999999999999999999",
)


def write_whole(folder: Path, kind: str) -> None:
    """Write a tiny scan that can be read."""
    hu = np.stack([PICTURE.astype(np.int16) - 1024] * 12)
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "enhanced":
        write_enhanced(folder / "ct.dcm", hu)
    elif kind in ("nii", "nii.gz", "mha", "mhd", "nrrd"):
        sitk.WriteImage(sitk.GetImageFromArray(hu), str(folder / f"chest.{kind}"))
    else:
        for path in write_series(folder, hu, PixelRepresentation=0):
            _recode(path, kind)


def _recode(path: Path, kind: str) -> None:
    data = pydicom.dcmread(path)
    if kind == "rle":
        data.compress(RLELossless)
    elif kind == "deflated":
        data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    elif kind in _STREAMS:
        data.file_meta.TransferSyntaxUID, stream = _STREAMS[kind]
        data.PixelData = pydicom.encaps.encapsulate([stream])
        data["PixelData"].VR = "OB"
    data.save_as(path, enforce_file_format=True)


def break_one(whole: Path, broken: Path, chance: random.Random) -> str:
    """Copy a scan, one of its files broken; tell how."""
    shutil.rmtree(broken, ignore_errors=True)
    shutil.copytree(whole, broken)
    path = chance.choice(sorted(broken.iterdir()))
    ways = [_flip, _cut, _blow_up, _swap_line]
    if path.suffix == ".dcm":
        ways += [_change_tag, _drop_tag]
    way = chance.choice(ways)
    way(path, chance)
    return f"{path.name} {way.__name__}"


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    reach = len(data) if chance.random() < 0.5 else min(len(data), 1200)  # headers matter most
    for _ in range(chance.choice((1, 3, 20))):
        data[chance.randrange(reach)] = chance.randrange(256)
    path.write_bytes(data)


def _cut(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    start = chance.randrange(len(data))
    end = len(data) if chance.random() < 0.7 else min(len(data), start + chance.randrange(1, 64))
    path.write_bytes(data[:start] + data[end:])


def _blow_up(path: Path, chance: random.Random) -> None:
    """Put a large number somewhere into the header."""
    data = bytearray(path.read_bytes())
    place = chance.randrange(min(len(data), 1600))
    data[place : place + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(data)


def _swap_line(path: Path, chance: random.Random) -> None:
    """Change a number written in text."""
    data = path.read_bytes()
    places = [n for n, byte in enumerate(data[:2000]) if 48 <= byte <= 57] or [0]
    place = chance.choice(places)
    word = chance.choice(_WORDS).encode()
    path.write_bytes(data[:place] + word + data[place + 1 :])


def _change_tag(path: Path, chance: random.Random) -> None:
    with pydicom.config.disable_value_validation():
        data = pydicom.dcmread(path)
        element = chance.choice(list(data))
        if element.VR in ("US", "UL", "SS"):
            element._value = chance.choice(_HOSTILE)
        elif element.VR in ("SQ", "OB", "OW"):
            del data[element.tag]
        else:
            element._value = chance.choice(_WORDS)
        if chance.random() < 0.2 and element.tag in data:
            element.VR = chance.choice(("LO", "DS", "IS", "UN", "UI", "FD", "US", "SQ"))
        _save(data, path)


def _drop_tag(path: Path, chance: random.Random) -> None:
    data = pydicom.dcmread(path)
    del data[chance.choice(list(data)).tag]
    _save(data, path)


def _save(data: pydicom.FileDataset, path: Path) -> None:
    try:
        data.save_as(path)
    except Exception:  # noqa: BLE001  # what cannot be written is left half written: that too is a broken file
        return
