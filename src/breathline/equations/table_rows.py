"""Hold some rows of a table against the equations; every row that cannot be computed says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from breathline.equations.equation import FloatArray, StandardisedArrays, screen_arrays
from breathline.equations.table_columns import NOTE, Columns, InputColumn, ValueColumn
from breathline.equations.table_files import Added, Chunk
from breathline.model.patient import Sex
from breathline.units import convert

_SEXES = {
    spelling: sex.value
    for sex in Sex
    for word in (sex.value, sex.value[0])
    for spelling in (word, word.capitalize(), word.upper())
}

ValueArrays = Mapping[str, FloatArray]


@dataclass(slots=True)
class Tally:
    """How the values of one column stand to what is expected, over the whole table."""

    count: int = 0
    highest_percent: float = 0.0

    def add(self, percent: FloatArray) -> None:
        """Count some more."""
        if len(percent):
            self.count += len(percent)
            self.highest_percent = max(self.highest_percent, float(percent.max()))


@dataclass(slots=True)
class _Notes:
    """What is wrong with rows: row → sentence → the columns it is said of."""

    by_row: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, row: int, column: str, sentence: str) -> None:
        names = self.by_row.setdefault(row, {}).setdefault(sentence, [])
        if column not in names:
            names.append(column)

    def texts(self, count: int) -> list[str]:
        """Give the note of every row, the same sentence once: "fvc, fev1: the sex is missing. …"."""
        texts = [""] * count
        for row, sentences in self.by_row.items():
            texts[row] = " ".join(f"{', '.join(names)}: {text}" for text, names in sentences.items())
        return texts


def standardise_rows(chunk: Chunk, columns: Columns, tallies: Mapping[str, Tally]) -> tuple[Added, int]:
    """Compute every value of some rows.

    Parameters
    ----------
    tallies
        One for each column of values; counted on.

    Returns
    -------
    tuple
        What is added to the rows, and how many of them have a note.
    """
    notes = _Notes()
    sex = _sexes(chunk.texts(columns.sex))
    inputs = {name: _input(chunk, one) for name, one in columns.inputs.items()}
    values = {column.name: chunk.numbers(column.place) for column in columns.values}
    swapped = _fev1_above_fvc(columns, values, notes)
    added: dict[str, FloatArray | Sequence[str]] = {}
    for column in columns.values:
        number = values[column.name]
        usable = np.isfinite(number)
        for row, cell in _words_in(chunk, column.place, ~usable).items():
            hint = " Write decimals with a point." if "," in cell else ""
            notes.add(row, column.name, f"the value '{cell[:40]}' is not a number.{hint}")
        if column.name in ("fvc", "fev1", "fev1_fvc"):
            usable &= ~swapped
        rows = np.flatnonzero(usable)
        screened = screen_arrays(
            column.equation,
            number[rows],
            unit=column.unit,
            sex=sex[rows],
            **{name: given[rows] for name, given in inputs.items()},
        )
        for place, sentences in screened.refused.items():
            for sentence in sentences:
                notes.add(int(rows[place]), column.name, _without_label(sentence, column))
        tallies[column.name].add(screened.found.percent_predicted)
        added |= _added(column, screened.found, rows[screened.rows], chunk.count)
    added[NOTE] = notes.texts(chunk.count)
    return added, len(notes.by_row)


def _sexes(cells: Sequence[str]) -> NDArray[np.str_]:
    """Give the sex in our words; what is not known is kept as it stands and refused later."""
    return np.array([_SEXES.get(cell) or _SEXES.get(cell.strip().lower()) or cell for cell in cells])


def _input(chunk: Chunk, column: InputColumn) -> FloatArray:
    """Give what an equation asks for; words are infinite, so that they are refused and never taken for unknown."""
    numbers = chunk.numbers(column.place) * column.factor
    numbers[list(_words_in(chunk, column.place, np.isnan(numbers)))] = np.inf
    return numbers


def _words_in(chunk: Chunk, place: int, suspects: NDArray[np.bool_]) -> dict[int, str]:
    """Find cells that hold something other than a number; an empty cell is no value, and no fault."""
    if not bool(suspects.any()):
        return {}
    texts = chunk.texts(place)
    return {row: cell for row in np.flatnonzero(suspects).tolist() if (cell := texts[row].strip())}


def _fev1_above_fvc(columns: Columns, values: ValueArrays, notes: _Notes) -> NDArray[np.bool_]:
    """Find rows with more air blown out in a second than altogether."""
    litres = {
        column.name: values[column.name] * convert(1.0, column.unit, "L")
        for column in columns.values
        if column.name in ("fvc", "fev1")
    }
    if len(litres) < 2:
        return np.zeros(len(next(iter(values.values()))), dtype=bool)
    above = np.asarray((litres["fev1"] > litres["fvc"] * (1.0 + 1e-9)) & (litres["fvc"] > 0.0))
    for row in np.flatnonzero(above).tolist():
        sentence = (
            f"an FEV1 of {litres['fev1'][row]:g} L above an FVC of {litres['fvc'][row]:g} L cannot be. "
            "Were they swapped, or is one of them in another unit?"
        )
        for column in columns.values:
            if column.name in ("fvc", "fev1", "fev1_fvc"):
                notes.add(row, column.name, sentence)
    return above


def _without_label(sentence: str, column: ValueColumn) -> str:
    """Leave out the name of the equation, so that what is said of several is said once."""
    return sentence.removeprefix(column.equation.label).lstrip(": ")


def _added(
    column: ValueColumn, found: StandardisedArrays, rows: NDArray[np.int64], count: int
) -> dict[str, FloatArray | Sequence[str]]:
    """Spread the results over all rows."""

    def whole(part: FloatArray | None) -> FloatArray:
        if part is not None and len(rows) == count:
            return part
        full = np.full(count, np.nan)
        if part is not None:
            full[rows] = part
        return full

    key = column.equation.key
    used = [key] * count if len(rows) == count else _words_at(rows, key, count)
    return {
        f"{column.name}_predicted": whole(found.predicted),
        f"{column.name}_percent_predicted": whole(found.percent_predicted),
        f"{column.name}_z": whole(found.z),
        f"{column.name}_lower_limit": whole(found.lower_limit),
        f"{column.name}_equation": used,
    }


def _words_at(rows: NDArray[np.int64], word: str, count: int) -> list[str]:
    words = [""] * count
    for row in rows.tolist():
        words[row] = word
    return words
