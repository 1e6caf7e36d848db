"""A lung that lost much against the other between two dates: surgery, fluid, collapse, or an outline that failed."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.errors import Severity
from breathline.model.ct_change import LungQuality
from breathline.model.volume import QualityFlag

UNEVEN = 1.25
"""Both lungs breathe together: one whose volume changed this many times more than the other's did not do so by breath
alone. The smallest lobe but the middle one is a quarter of both lungs. A judgement."""
LOST_MASS = 1.2
"""A lung that lost as much mass against the other lost tissue, or lung that is too dense to be found. A judgement."""
LOSSES = ("lung_lost", "lung_squeezed")


def loss_flags(lungs: Sequence[LungQuality]) -> tuple[QualityFlag, ...]:
    """Tell if one lung shrank, or lost mass, much more than the other; nothing where one lung alone was compared."""
    if len(lungs) != 2:
        return ()
    for one, other in ((lungs[0], lungs[1]), (lungs[1], lungs[0])):
        smaller = _fall(one.volume_ml) / _fall(other.volume_ml)
        lighter = _fall(one.mass_g) / _fall(other.mass_g)
        if smaller > UNEVEN:
            return (_told(one, lost=lighter > LOST_MASS),)
    return ()


def _fall(values: tuple[float, float]) -> float:
    return values[0] / values[1]


def _told(lung: LungQuality, *, lost: bool) -> QualityFlag:
    words = lung.name.replace("_", " ")
    sizes = f"{lung.volume_ml[0]:.0f} to {lung.volume_ml[1]:.0f} mL, {lung.mass_g[0]:.0f} to {lung.mass_g[1]:.0f} g"
    if lost:
        message = (
            f"The {words} lost volume and mass against the other ({sizes}): a lobe taken out, fluid around the lung or "
            "lung that collapsed. Disease that went with it did not clear."
        )
        return QualityFlag(code="lung_lost", severity=Severity.WARNING, message=message)
    message = (
        f"The {words} shrank against the other ({sizes}), and its tissue is still there: fluid around the lung, a "
        "raised diaphragm or scars that pull. Squeezed lung looks like disease."
    )
    return QualityFlag(code="lung_squeezed", severity=Severity.WARNING, message=message)
