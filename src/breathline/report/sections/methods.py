"""Methods, limitations and provenance: what was done, what it cannot say, what it was done with."""

from __future__ import annotations

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.change import Judgement
from breathline.model.safety import EventsStatus
from breathline.model.volume import Step


def write_methods(assessment: Assessment, say: Wording) -> tuple[str, ...]:
    """Write one sentence a step, in the order of the steps; a step repeated on other scans is told once."""
    groups: dict[tuple[str, str, str], list[Step]] = {}
    for step in assessment.steps:
        groups.setdefault((step.name, repr(sorted(step.parameters.items())), step.version), []).append(step)
    return tuple(_sentence(steps, say) for steps in groups.values())


def _sentence(steps: list[Step], say: Wording) -> str:
    first = steps[0]
    values = {name: _write(value, say) for name, value in first.parameters.items()}
    inputs = list(dict.fromkeys(name for step in steps for name in step.inputs))
    told = say("methods.inputs", inputs=", ".join(inputs)) if inputs else ""
    template = say.optional(f"method.{first.name}", "")
    sentence = ""
    if template:
        try:
            sentence = template.format(**values)
        except KeyError:  # the step took other parameters in this version: list them instead
            sentence = ""
    if not sentence:
        listed = ", ".join(say("methods.parameter", name=_plain(name), value=v) for name, v in values.items())
        parameters = say("methods.generic_parameters", list=listed) if listed else ""
        sentence = say("methods.generic", name=_plain(first.name), parameters=parameters)
    return f"{sentence.removesuffix('.')} {told}." if told else sentence


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _write(value: float | int | str | bool, say: Wording) -> str:
    if isinstance(value, bool):
        return say("ct.fact.yes" if value else "ct.fact.no")
    if isinstance(value, str):
        return value
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def write_limitations(assessment: Assessment, say: Wording, *, unverified: bool) -> tuple[str, ...]:
    """Say what this result cannot carry, as far as it applies to this assessment."""
    told = [say("limitations.invented")] if assessment.patient.example else []
    told += [say("limitations.cause"), say("limitations.error")]
    if assessment.scans:
        told.append(say("limitations.ct"))
    untold = [c.label for c in assessment.changes if c.judgement is Judgement.CANNOT_TELL]
    if untold:
        told.append(say("limitations.not_told", measures=", ".join(untold)))
    if assessment.safety.status is EventsStatus.NOT_RECORDED:
        told.append(say("limitations.events"))
    if unverified:
        told.append(say("limitations.unverified"))
    return (*told, say("limitations.device"))
