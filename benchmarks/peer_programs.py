"""Run one program for registration on one pair; needs its package, and none of Breathline.

``python peer_programs.py NAME grid.npz moved.npz``: `moved` is (3, z, y, x), the way from the fixed to the moving scan
along z, y, x [mm], and `seconds` what the registration took by the wall and by the processor, reading and
interpolation aside.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

LOWEST_HU, HIGHEST_HU = -1024, 200
THREADS = 2


def _clock() -> np.ndarray:
    """Seconds by the wall and by the processor: where others share the machine, only the second can be compared."""
    return np.array([time.perf_counter(), time.process_time()])


def clipped(grid: dict, name: str) -> np.ndarray:
    return np.clip(grid[name], LOWEST_HU, HIGHEST_HU).astype(np.float32)


def convex_adam(grid: dict, *, masked: bool = False, **options) -> tuple[np.ndarray, np.ndarray]:
    import torch  # noqa: PLC0415  # only the one that is asked for need be installed
    from convexAdam.convex_adam_MIND import convex_adam_pt  # noqa: PLC0415

    torch.set_num_threads(THREADS)
    if masked:
        import nibabel  # noqa: PLC0415

        for name in ("fixed", "moving"):
            path = Path(sys.argv[3]).with_name(f"{name}.nii.gz")
            nibabel.save(nibabel.Nifti1Image(grid[f"{name}_mask"].astype(np.float32), np.eye(4)), path)
            options[f"path_{name}_mask"] = path
        options["use_mask"] = True
    fixed, moving = (torch.from_numpy(clipped(grid, name)) for name in ("fixed", "moving"))
    started = _clock()
    moved = convex_adam_pt(fixed, moving, dtype=torch.float32, device=torch.device("cpu"), **options)
    seconds = _clock() - started
    return np.moveaxis(moved, 3, 0) * float(grid["spacing"]), seconds


def demons(grid: dict) -> tuple[np.ndarray, np.ndarray]:
    import SimpleITK as sitk  # noqa: PLC0415  # only the one that is asked for need be installed

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(THREADS)
    spacing = float(grid["spacing"])
    fixed, moving = (sitk.GetImageFromArray(clipped(grid, name)) for name in ("fixed", "moving"))
    for image in (fixed, moving):
        image.SetSpacing([spacing] * 3)
    started = _clock()
    field = None
    for factor, rounds in ((4, 60), (2, 40), (1, 30)):
        coarse = [
            sitk.Shrink(sitk.SmoothingRecursiveGaussian(image, 0.7 * factor * spacing), [factor] * 3)
            if factor > 1
            else image
            for image in (fixed, moving)
        ]
        step = sitk.FastSymmetricForcesDemonsRegistrationFilter()
        step.SetNumberOfIterations(rounds)
        step.SetStandardDeviations(1.5)
        if field is None:
            field = step.Execute(*coarse)
        else:
            field = step.Execute(
                *coarse, sitk.Resample(field, coarse[0], sitk.Transform(), sitk.sitkLinear, 0.0)
            )
    seconds = _clock() - started
    return np.moveaxis(sitk.GetArrayFromImage(field)[..., ::-1], 3, 0), seconds


def elastix(grid: dict, *, masked: bool = False) -> tuple[np.ndarray, np.ndarray]:
    import itk  # noqa: PLC0415  # only the one that is asked for need be installed

    # The method's own `number_of_threads` above 1 ends in a segmentation fault (ITKElastix issues 160 and 295).
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(THREADS)

    def image(values: np.ndarray) -> object:
        made = itk.image_from_array(np.ascontiguousarray(values))
        made.SetSpacing([float(grid["spacing"])] * 3)
        return made

    fixed, moving = (image(clipped(grid, name)) for name in ("fixed", "moving"))
    parameters = itk.ParameterObject.New()
    for stage in (
        parameters.GetDefaultParameterMap("affine", 4),
        parameters.GetDefaultParameterMap("bspline", 4, 8.0),
    ):
        stage["NumberOfSpatialSamples"] = ["4096"]
        stage["MaximumNumberOfIterations"] = ["500"]
        stage["ErodeMask"] = ["false"]
        parameters.AddParameterMap(stage)
    options = {}
    if masked:
        options = {
            f"{name}_mask": image(grid[f"{name}_mask"].astype(np.uint8)) for name in ("fixed", "moving")
        }
    started = _clock()
    _, found = itk.elastix_registration_method(
        fixed, moving, parameter_object=parameters, log_to_console=False, **options
    )
    seconds = _clock() - started
    field = itk.array_from_image(itk.transformix_deformation_field(moving, found))
    return np.moveaxis(field[..., ::-1], 3, 0), seconds


def syn(grid: dict, kind: str) -> tuple[np.ndarray, np.ndarray]:
    import ants  # noqa: PLC0415  # only the one that is asked for need be installed
    import pandas as pd  # noqa: PLC0415

    spacing = float(grid["spacing"])
    fixed, moving = (
        ants.from_numpy(np.ascontiguousarray(clipped(grid, name).T), spacing=(spacing,) * 3)
        for name in ("fixed", "moving")
    )
    started = _clock()
    found = ants.registration(fixed, moving, type_of_transform=kind)
    seconds = _clock() - started
    shape = grid["fixed"].shape
    places = dict(
        zip("zyx", np.meshgrid(*(spacing * np.arange(n) for n in shape), indexing="ij"), strict=True)
    )
    points = pd.DataFrame({axis: places[axis].ravel() for axis in "xyz"})
    moved = ants.apply_transforms_to_points(3, points, found["fwdtransforms"])
    return np.stack([moved[axis].to_numpy().reshape(shape) - places[axis] for axis in "zyx"]), seconds


PROGRAMS = {
    "convexAdam": convex_adam,
    "convexAdam, finer": lambda grid: convex_adam(
        grid, grid_sp=5, disp_hw=5, selected_niter=120, lambda_weight=0.75
    ),
    "convexAdam, masked": lambda grid: convex_adam(grid, masked=True),
    "SimpleITK demons": demons,
    "elastix B-spline": elastix,
    "elastix B-spline, masked": lambda grid: elastix(grid, masked=True),
    "ANTs SyN-MI": lambda grid: syn(grid, "SyN"),
    "ANTs SyN-CC": lambda grid: syn(grid, "SyNCC"),
}


def main() -> None:
    name, source, target = sys.argv[1:4]
    with np.load(source) as stored:
        grid = dict(stored)
    moved, seconds = PROGRAMS[name](grid)
    np.savez(target, moved=moved.astype(np.float32), seconds=seconds)


if __name__ == "__main__":
    main()
