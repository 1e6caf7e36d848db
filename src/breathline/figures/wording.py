"""How words, numbers, units and moments are written, the same in every figure and section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from breathline.model.measurement import Absence, Moment, Value

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
HARD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language, by dotted key, and the writing of numbers with them.

    Parameters
    ----------
    messages
        Dotted key to text; ``{name}`` marks where a value goes.

    Examples
    --------
    >>> Wording({"hello": "Week {week}"})("hello", week=4)
    'Week 4'
    """

    messages: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Give the text under `key`, its places filled.

        Raises
        ------
        KeyError
            If the catalogue has no such text: a mistake in the program, never in the record.
        """
        text = self.messages[key]
        return text.format(**values) if values else text

    def optional(self, key: str, default: str) -> str:
        """Give the text under `key`, or `default` where the catalogue has none."""
        return self.messages.get(key, default)

    def cut(self, text: str, most: int) -> str:
        """Give no more than about so many characters of a text, and say how many more the record has.

        >>> Wording({"cut": "{start}… ({more} more)"}).cut("A long note", 6)
        'A long… (5 more)'
        """
        if len(text) <= most:
            return text
        start = text[:most].rstrip()
        return self("cut", start=start, more=self.amount(len(text) - len(start)))

    def plural(self, key: str, count: int) -> str:
        """Give ``key.one`` or ``key.many``, with the count in it."""
        return self(f"{key}.one" if count == 1 else f"{key}.many", count=count)

    def number(self, number: float, decimals: int = 1, *, sign: bool = False) -> str:
        """Write a number with a true minus sign; `sign` also marks what is above zero.

        >>> Wording({}).number(-2.345, 1, sign=True)
        '−2.3'
        """
        text = f"{number:+.{decimals}f}" if sign else f"{number:.{decimals}f}"
        if float(text) == 0.0:  # no sign on what rounds to nothing
            text = text.lstrip("+-")
        return text.replace("-", MINUS)

    def amount(self, number: float) -> str:
        """Write an amount or a count with its thousands apart; below one with two digits that count.

        >>> Wording({}).amount(56000.0) == f"56{NARROW}000"
        True
        """
        if 0.0 < abs(number) < 1.0:
            text = f"{number:.2g}"
        else:
            text = f"{number:,.0f}" if abs(number) >= 100 or number == round(number) else f"{number:,.1f}"
        return text.replace(",", NARROW).replace("-", MINUS)

    def unit(self, unit: str, *, difference: bool = False) -> str:
        """Write a unit as a reader knows it; a difference of two percentages counts in points."""
        kind = "difference_unit" if difference else "unit"
        return self.optional(f"{kind}.{unit}", self.optional(f"unit.{unit}", unit))

    def quantity(self, number: float, unit: str, decimals: int = 1) -> str:
        """Write a number with its unit on one line."""
        return self._with_unit(self.number(number, decimals), self.unit(unit))

    def difference(self, number: float, unit: str, decimals: int = 1, *, sign: bool = True) -> str:
        """Write a difference of two values with its unit."""
        return self._with_unit(self.number(number, decimals, sign=sign), self.unit(unit, difference=True))

    def value(self, value: Value, measure: str, decimals: int = 1) -> str:
        """Write a value without its unit, or why there is none; a class takes the name the clinic uses."""
        if isinstance(value, Absence):
            return self(f"absence.{value.value}")
        return self.optional(f"class_name.{measure}.{value:g}", self.number(value, decimals))

    def week(self, week: float) -> str:
        """Write a week as a number, with a decimal only where it is not a whole one.

        >>> Wording({}).week(-1.0), Wording({}).week(4.43)
        ('−1', '4.4')
        """
        whole = abs(week - round(week)) < 0.05
        return self.number(float(week), 0 if whole else 1)

    def moment(self, when: Moment | None) -> str:
        """Write when something happened: the week, the date, or both."""
        if when is None:
            return self("moment.unknown")
        if when.week is None:
            return self.date(when)
        week = self("moment.week", week=self.week(when.week))
        return f"{week}, {self.date(when)}" if when.date else week

    def short_moment(self, when: Moment | None) -> str:
        """Write the week where there is one, else the date."""
        if when is not None and when.week is not None:
            return self("moment.week", week=self.week(when.week))
        return self.moment(when)

    def date(self, when: Moment | None) -> str:
        """Write the calendar date, or nothing."""
        return when.date.isoformat() if when is not None and when.date else ""

    @staticmethod
    def _with_unit(number: str, unit: str) -> str:
        return f"{number}{HARD}{unit}" if unit else number
