"""Registries: names are taken once, unknown ones are told with the nearest."""

from __future__ import annotations

import pytest

from breathline.errors import RegistryError
from breathline.registry import Registry


def colours() -> Registry[str]:
    registry: Registry[str] = Registry("colour", "breathline.tests")
    registry.add("red", "#f00")
    return registry


def test_a_name_is_taken_once():
    with pytest.raises(RegistryError) as caught:
        colours().add("red", "#e00")
    assert str(caught.value) == "The colour 'red' is registered twice. Give one of them another name."


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(RegistryError) as caught:
        colours()["rad"]
    assert str(caught.value) == "There is no colour 'rad'. Did you mean 'red'? Known: red."


def test_asking_for_an_unknown_name_gives_the_default():
    assert colours().get("red") == "#f00"
    assert colours().get("rad") is None
    assert colours().get("rad", "#000") == "#000"


def test_plugins_of_other_packages_are_found(monkeypatch):
    class Point:
        name = "blue"

        def load(self):
            return "#00f"

    monkeypatch.setattr("breathline.registry.entry_points", lambda group: [Point()])
    assert dict(colours()) == {"red": "#f00", "blue": "#00f"}
