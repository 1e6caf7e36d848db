"""When values of different tests speak of one state of the patient."""

from breathline.verdict.reading import Pairing, Window

STATE_DAYS = 182.0
"""Tests of the last 26 weeks are taken together; no publication prints a limit [days]."""

STATE = Window(
    printed="the last value within 26 weeks, as the publication prints none",
    days=STATE_DAYS,
    pairing=Pairing.LAST_VALUE,
)
