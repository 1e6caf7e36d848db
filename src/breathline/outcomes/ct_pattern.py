"""What the extents of parenchymal patterns on CT have in common."""

from breathline.model.change import Direction, Domain, OutcomeMeasure, Scale, Threshold
from breathline.outcomes.repeatability import repeatability_of
from breathline.sources import Source

PRINTED = (
    "3.4 to 6.4 points of fibrosis extent by data-driven texture analysis in idiopathic pulmonary fibrosis; "
    "the lower end is taken"
)


def important_extent(*, by_analogy: bool = True) -> Threshold:
    """Give the smallest change of extent that matters, in points of percent of the lung.

    Parameters
    ----------
    by_analogy
        True for every extent but that of fibrosis, for which alone it was published.
    """
    note = "published for the extent of fibrosis and applied to this one by analogy" if by_analogy else ""
    source = Source("humphries_2018", "abstract", verified=not by_analogy, note=note)
    return Threshold(
        value=3.4, scale=Scale.ABSOLUTE, source=source, printed=f"{PRINTED}{', by analogy' * by_analogy}."
    )


def extent(key: str, label: str, description: str, *, by_analogy: bool = True) -> OutcomeMeasure:
    """Describe the extent of an abnormal pattern [% of the lung], of which less is better."""
    return OutcomeMeasure(
        key=key,
        label=label,
        unit="%",
        other_units=("fraction",),
        domain=Domain.IMAGING,
        direction=Direction.LOWER,
        plausible=(0.0, 100.0),
        repeatability=repeatability_of(key),
        important_difference=important_extent(by_analogy=by_analogy),
        description=description,
    )
