"""Every way DICOM stores pictures. Oracle: the array the picture was written from."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from breathline.ct.read import read_scan
from breathline.errors import ScanError
from tests.ct.test_read import chest_like
from tests.dicom.streams import PICTURE, STREAMS, jpeg_lossless
from tests.dicom.tiny import write_series

JPEG = "1.2.840.10008.1.2.4."
HU = np.stack([PICTURE.astype(np.int16) - 1024] * 12)


def rewrite(folder: Path, syntax: str, *, stream: bytes | None = None, **tags: object) -> None:
    """Store every picture of a folder in another way."""
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        if stream is not None:
            data.PixelData = encapsulate([stream])
            data["PixelData"].VR = "OB"
        elif syntax == RLELossless:
            data.compress(RLELossless)
        elif syntax == ExplicitVRBigEndian:
            data.PixelData = data.pixel_array.byteswap().tobytes()
        data.file_meta.TransferSyntaxUID = UID(syntax)
        for name, value in tags.items():
            setattr(data, name, value)
        list(data.iterall())  # numbers must be known before they are written the other way round
        pydicom.dcmwrite(
            path,
            data,
            enforce_file_format=True,
            implicit_vr=syntax == ImplicitVRLittleEndian,
            little_endian=syntax != ExplicitVRBigEndian,
            overwrite=True,
        )


@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
    ],
    ids=lambda syntax: syntax.name,
)
@pytest.mark.parametrize("signed", [True, False])
def test_what_pydicom_writes(tmp_path: Path, syntax: UID, signed: bool) -> None:
    hu = chest_like(rows=16, columns=16)
    write_series(tmp_path, hu, PixelRepresentation=int(signed))
    rewrite(tmp_path, syntax)
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu)


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [12, 16])
def test_jpeg_lossless_with_every_predictor(tmp_path: Path, predictor: int, bits: int) -> None:
    write_series(tmp_path, HU, PixelRepresentation=0, BitsStored=bits, HighBit=bits - 1)
    rewrite(tmp_path, JPEG + ("70" if predictor == 1 else "57"), stream=jpeg_lossless(PICTURE, predictor))
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, HU)
    assert volume.quality == ()


@pytest.mark.parametrize("syntax", ["80", "90", "201"])
@pytest.mark.parametrize("signed", [True, False])
def test_jpeg_ls_jpeg_2000_and_high_throughput(tmp_path: Path, syntax: str, signed: bool) -> None:
    # Values below 2¹⁵ look the same signed or not.
    write_series(tmp_path, HU, PixelRepresentation=int(signed))
    rewrite(tmp_path, JPEG + syntax, stream=STREAMS[syntax])
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, HU)
    assert volume.quality == ()


@pytest.mark.parametrize(("syntax", "off_by"), [("81", 2), ("91", 400)])
def test_loss_is_told(tmp_path: Path, syntax: str, off_by: int) -> None:
    write_series(tmp_path, HU, PixelRepresentation=0)
    rewrite(tmp_path, JPEG + syntax, stream=STREAMS[syntax])
    volume = read_scan(tmp_path)
    assert 0 < np.abs(volume.hu - HU).max() <= off_by
    assert [(flag.code, flag.severity) for flag in volume.quality] == [("lossy_compression", "warning")]


def test_loss_long_ago_is_told_too(tmp_path: Path) -> None:
    write_series(tmp_path, chest_like(), LossyImageCompression="01")
    assert [flag.code for flag in read_scan(tmp_path).quality] == ["lossy_compression"]


def test_jpeg_2000_that_may_lose_but_did_not(tmp_path: Path) -> None:
    write_series(tmp_path, HU, PixelRepresentation=0)
    rewrite(tmp_path, JPEG + "91", stream=STREAMS["90"], LossyImageCompression="00")
    volume = read_scan(tmp_path)
    np.testing.assert_array_equal(volume.hu, HU)
    assert volume.quality == ()


def test_a_compressed_picture_is_rescaled_once(tmp_path: Path) -> None:
    write_series(tmp_path, HU, PixelRepresentation=0, RescaleSlope=2, RescaleIntercept=-1500)
    rewrite(tmp_path, JPEG + "80", stream=STREAMS["80"])
    np.testing.assert_array_equal(
        read_scan(tmp_path).hu, np.stack([PICTURE.astype(np.int16) * 2 - 1500] * 12)
    )


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        (JPEG + "102", "MPEG-4 AVC/H.264 High Profile / Level 4.1"),
        ("1.2.840.10008.1.2.999", "1.2.840.10008.1.2.999"),
    ],
)
def test_a_syntax_nobody_decodes_is_named(tmp_path: Path, syntax: str, name: str) -> None:
    write_series(tmp_path, HU, PixelRepresentation=0)
    rewrite(tmp_path, JPEG + "102", stream=b"\0\0\0\1 a film \xff\xd9")
    for path in tmp_path.iterdir():  # the name has the same length, so that the file stays whole
        data = path.read_bytes()
        padded = (JPEG + "102").encode() + b"\0"
        path.write_bytes(data.replace(padded, syntax.encode().ljust(len(padded), b"\0")))
    with pytest.raises(ScanError) as caught:
        read_scan(tmp_path)
    first = caught.value.problems[0]
    assert first.code == "cannot_decode"
    assert first.message == f"the picture ({name}) cannot be decoded."
    assert first.mend.startswith("Export the scan uncompressed (Explicit VR Little Endian)")


def test_a_file_of_the_1990s_without_preamble(tmp_path: Path) -> None:
    hu = chest_like()
    for path in write_series(tmp_path, hu):
        data = pydicom.dcmread(path)
        data.remove_private_tags()
        bare = pydicom.Dataset(data)
        bare.save_as(path, enforce_file_format=False, implicit_vr=True, little_endian=True)
        assert path.read_bytes()[:2] == b"\x08\x00"
    np.testing.assert_array_equal(read_scan(tmp_path).hu, hu)


def test_a_deflated_file_that_grows_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breathline.dicom.opening.LARGEST_INFLATED", 10_000_000)
    (first, *_) = write_series(tmp_path, chest_like())
    rewrite(tmp_path, DeflatedExplicitVRLittleEndian)
    whole = first.read_bytes()
    start = 144 + int.from_bytes(whole[140:144], "little")
    deflate = zlib.compressobj(wbits=-15)
    first.write_bytes(whole[:start] + deflate.compress(bytes(20_000_000)) + deflate.flush())
    with pytest.raises(ScanError, match=r"the DICOM header is damaged|slices"):
        read_scan([first])


def test_the_decoder_is_there() -> None:
    assert "GDCMImageIO" in sitk.ImageFileReader().GetRegisteredImageIOs()
