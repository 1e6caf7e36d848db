"""Run one program for registration on one pair; needs its package, and none of Breathline.

``python peer_programs.py NAME grid.npz moved.npz``: `moved` is (3, z, y, x), the way from the fixed to the moving scan
along z, y, x [mm], and `seconds` what the registration took by the wall and by the processor, reading and
interpolation aside.
"""

from __future__ import annotations

import os
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


def elastix(grid: dict) -> tuple[np.ndarray, np.ndarray]:
    """Register as its makers did in the challenge on lungs, EMPIRE10 (their model zoo, Par0011): the mask comes last.

    Their images had voxels of 0.7 mm: the coarseness of the images is kept in millimetres. They took 1000 and 2000
    rounds a level; here it is 500, the number that their manual advises, to keep the time down. The gradient from
    which the first step is estimated comes from 4096 places, as in their default map, not 100 000.
    """
    import itk  # noqa: PLC0415  # only the one that is asked for need be installed

    # The method's own `number_of_threads` above 1 ends in a segmentation fault (ITKElastix issues 160 and 295).
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(THREADS)

    def image(values: np.ndarray) -> object:
        made = itk.image_from_array(np.ascontiguousarray(values))
        made.SetSpacing([float(grid["spacing"])] * 3)
        return made

    fixed, moving = (image(clipped(grid, name)) for name in ("fixed", "moving"))
    inside = image(grid["fixed_mask"].astype(np.uint8))
    started = _clock()
    _, first = itk.elastix_registration_method(
        fixed, moving, parameter_object=_empire10(itk, AFFINE, WITHOUT_MASK), log_to_console=False
    )
    _, found = itk.elastix_registration_method(
        fixed, moving, parameter_object=_empire10(itk, WITH_MASK), fixed_mask=inside,
        initial_transform_parameter_object=first, log_to_console=False,
    )  # fmt: skip
    seconds = _clock() - started
    field = itk.array_from_image(itk.transformix_deformation_field(moving, found))
    return np.moveaxis(field[..., ::-1], 3, 0), seconds


EVERY_STAGE = {
    "Metric": "AdvancedNormalizedCorrelation",
    "Optimizer": "AdaptiveStochasticGradientDescent",
    "Registration": "MultiResolutionRegistration",
    "FixedImagePyramid": "FixedRecursiveImagePyramid",
    "MovingImagePyramid": "MovingRecursiveImagePyramid",
    "Interpolator": "BSplineInterpolator",
    "BSplineInterpolationOrder": "1",
    "NumberOfResolutions": "5",
    "HowToCombineTransforms": "Compose",
    "AutomaticParameterEstimation": "true",
    "MaximumNumberOfIterations": "500",
    "UseAdaptiveStepSizes": "true",
    "ImageSampler": "RandomCoordinate",
    "NumberOfSpatialSamples": "2000",
    "NumberOfSamplesForExactGradient": "4096",
    "NewSamplesEveryIteration": "true",
    "UseRandomSampleRegion": "false",
    "MaximumNumberOfSamplingAttempts": "50",
    "ErodeMask": "false",
    "WriteResultImage": "false",
    "ResampleInterpolator": "FinalBSplineInterpolator",
    "Resampler": "DefaultResampler",
}
AFFINE = {
    "Transform": "AffineTransform",
    "AutomaticScalesEstimation": "true",
    "AutomaticTransformInitialization": "true",
    "ImagePyramidSchedule": "6 6 6 3 3 3 2 2 2 1 1 1 1 1 1",
}
SPLINE = {
    "Transform": "BSplineTransform",
    "Registration": "MultiMetricMultiResolutionRegistration",
    "Metric": "AdvancedNormalizedCorrelation TransformBendingEnergyPenalty",
    "UseRelativeWeights": "true",
    "Metric0RelativeWeight": "1.0",
    "Metric1RelativeWeight": "0.05",
}
WITHOUT_MASK = SPLINE | {
    "ImagePyramidSchedule": "6 6 6 3 3 3 2 2 2 1 1 1 1 1 1",
    "FinalGridSpacingInPhysicalUnits": "10 10 10",
    "GridSpacingSchedule": "8 8 4 2 1",
}
WITH_MASK = SPLINE | {
    "ImagePyramidSchedule": "2 2 2 1 1 1 1 1 1 1 1 1 1 1 1",
    "FinalGridSpacingInPhysicalUnits": "5 5 5",
    "GridSpacingSchedule": "16 8 4 2 1",
}


def _empire10(itk: object, *stages: dict[str, str]) -> object:
    parameters = itk.ParameterObject.New()
    for stage in stages:
        parameters.AddParameterMap({name: value.split() for name, value in (EVERY_STAGE | stage).items()})
    return parameters


def syn(grid: dict, kind: str, *, masked: bool = False) -> tuple[np.ndarray, np.ndarray]:
    os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = str(THREADS)
    import ants  # noqa: PLC0415  # only the one that is asked for need be installed
    import pandas as pd  # noqa: PLC0415

    spacing = float(grid["spacing"])

    def image(values: np.ndarray) -> object:
        return ants.from_numpy(np.ascontiguousarray(values.T), spacing=(spacing,) * 3)

    fixed, moving = (image(clipped(grid, name)) for name in ("fixed", "moving"))
    options = {}
    if masked:
        inside = [image(grid[f"{name}_mask"].astype(np.float32)) for name in ("fixed", "moving")]
        options = dict(zip(("mask", "moving_mask"), inside, strict=True))
    started = _clock()
    found = ants.registration(fixed, moving, type_of_transform=kind, **options)
    seconds = _clock() - started
    shape = grid["fixed"].shape
    places = dict(
        zip("zyx", np.meshgrid(*(spacing * np.arange(n) for n in shape), indexing="ij"), strict=True)
    )
    points = pd.DataFrame({axis: places[axis].ravel() for axis in "xyz"})
    moved = ants.apply_transforms_to_points(3, points, found["fwdtransforms"])
    return np.stack([moved[axis].to_numpy().reshape(shape) - places[axis] for axis in "zyx"]), seconds


LUNG = {"grid_sp": 4, "disp_hw": 6, "lambda_weight": 0.65, "selected_niter": 50, "selected_smooth": 3}
"""What the makers of convexAdam took for lungs in the challenge Learn2Reg 2021 (their script of task 2)."""
PROGRAMS = {
    "convexAdam": convex_adam,
    "convexAdam, for lungs": lambda grid: convex_adam(grid, **LUNG),
    "convexAdam, for lungs, masked": lambda grid: convex_adam(grid, masked=True, **LUNG),
    "SimpleITK demons": demons,
    "elastix": elastix,
    "ANTs SyN-MI": lambda grid: syn(grid, "SyN"),
    "ANTs SyN-CC": lambda grid: syn(grid, "antsRegistrationSyN[s]"),
    "ANTs SyN-CC, masked": lambda grid: syn(grid, "antsRegistrationSyN[s]", masked=True),
}


def main() -> None:
    name, source, target = sys.argv[1:4]
    with np.load(source) as stored:
        grid = dict(stored)
    moved, seconds = PROGRAMS[name](grid)
    np.savez(target, moved=moved.astype(np.float32), seconds=seconds)


if __name__ == "__main__":
    main()
