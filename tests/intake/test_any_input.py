"""Laws: any folder is read or refused with reasons; what is valid comes back as written."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breathline.errors import RecordError
from breathline.intake import read_patient
from breathline.model.measurement import Absence
from breathline.model.patient import PatientRecord
from tests.intake.folders import FILES, MEASURES, PATIENT, TODAY, write_folder

NAMES = (*FILES, "ct/scans.csv")
RELAXED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _read_or_refuse(files: dict[str, bytes]) -> PatientRecord | None:
    """Read a folder; the only thing it may raise is a refusal that carries its problems."""
    with tempfile.TemporaryDirectory() as place:
        write_folder(Path(place), dict(files))
        try:
            return read_patient(Path(place), measures=MEASURES, today=TODAY)
        except RecordError as refused:
            assert refused.problems
            assert all(p.code and p.message and "Traceback" not in p.message for p in refused.problems)
            return None


@RELAXED
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=400))
def test_any_bytes(name: str, content: bytes) -> None:
    _read_or_refuse({name: content})


@RELAXED
@given(name=st.sampled_from(NAMES), data=st.data())
def test_any_bytes_amid_a_right_file(name: str, data: st.DataObject) -> None:
    text = FILES.get(name, "series,date\na,2021-02-10\n").encode()
    cut = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    middle = data.draw(
        st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda t: t.encode("utf-8")))
    )
    _read_or_refuse({name: text[: cut[0]] + middle + text[cut[1] :]})


HEADINGS = {
    "visits.csv": "date,week,measure,value,unit,method,device,note",
    "doses.csv": "drug,dose,unit,route,every,start,stop,start_week,stop_week,reason",
    "events.csv": "term,start,stop,start_week,stop_week,grade,serious,outcome,action,relation,note,ctcae",
    "causality.csv": "term,question,answer,drug,start,start_week",
    "labs.csv": "date,week,test,value,unit,low,high",
    "ct/scans.csv": "series,date,week",
}
ODD_CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", "0", "-1", "1e308", "-1e308", "1e-320", "inf", "nan", "9" * 400, "1.2.3", "1,5", "<3", "#N/A",
            "2021-02-10", "0001-01-01", "9999-12-31", "2021-02-30", "31/12/2020", "45231", "99999",
            "20210230", "fvc", "dlco", "kco", "nyha_class", "symptoms", "better", "unable", "not_done", "IV",
            "L", "%", "mg",
            "mL/min/mmHg", "mmol/min/kPa", "fraction", "checked", "{0}", "%s", "sep=;",
            "5200", "-5200", "١٢",
        ]
    ),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(str),
)  # fmt: skip


@RELAXED
@given(name=st.sampled_from(sorted(HEADINGS)), data=st.data())
def test_any_cells_under_the_right_heading(name: str, data: st.DataObject) -> None:
    width = HEADINGS[name].count(",") + 1
    rows = data.draw(st.lists(st.lists(ODD_CELLS, min_size=width, max_size=width), max_size=6))
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    content = f"{HEADINGS[name]}\n{stream.getvalue()}".encode("utf-8", "surrogatepass")
    start = data.draw(st.sampled_from(["treatment_start = 2021-02-15\n", ""]))
    person = PATIENT.replace("treatment_start = 2021-02-15\n", start)
    _read_or_refuse({name: content, "patient.toml": person.encode()})


@RELAXED
@given(data=st.data())
def test_any_values_in_patient_toml(data: st.DataObject) -> None:
    values = st.sampled_from(
        [
            "1", "-1", "0", "1e400", "nan", "inf", "true", '""', '"x"', "[]", "[1]", "{}", "{ a = 1 }",
            "0001-01-01",
            "9999-12-31", "2021-02-15T10:00:00Z", "10:00:00", '"2021-02-15"', '"45231"', "[[1]]",
            '[{ text = "" }]', '"' + "9" * 500 + '"', "0x10", "1_000", "99999999999999999999",
        ]
    )  # fmt: skip
    keys = [
        "id",
        "sex",
        "birth_date",
        "age",
        "height_cm",
        "weight_kg",
        "smoking",
        "diagnoses",
        "treatment_start",
    ]
    keys += ["history", "example", '"a.b"', "x"]
    chosen = data.draw(st.dictionaries(st.sampled_from(keys), values))
    text = "".join(f"{key} = {value}\n" for key, value in chosen.items())
    _read_or_refuse({"patient.toml": text.encode()})


DAYS = st.integers(0, 1000).map(lambda n: date(2020, 1, 1) + timedelta(days=n))
NUMBERS = st.integers(200, 500).map(lambda n: n / 100)
VALUES = st.one_of(NUMBERS, st.sampled_from(["unable", "not_done"]))


@RELAXED
@given(
    values=st.dictionaries(DAYS, VALUES, max_size=12),
    decimal_comma=st.booleans(),
    lines=st.sampled_from(["\n", "\r\n"]),
)
def test_valid_values_come_back_as_written(
    values: dict[date, float | str], *, decimal_comma: bool, lines: str
) -> None:
    sign = ";" if decimal_comma else ","
    rows = ["date,measure,value,unit".replace(",", sign)]
    for day, value in values.items():
        shown = str(value).replace(".", "," if decimal_comma else ".")
        rows.append(sign.join([str(day), "fvc", shown, "L"]))
    record = _read_or_refuse({"visits.csv": (lines.join(rows) + lines).encode()})
    assert record is not None
    found = {m.when.date: m.value for m in record.measurements if m.when is not None}
    meant = {"unable": Absence.UNABLE, "not_done": Absence.NOT_DONE}
    assert found == {day: meant.get(str(value), value) for day, value in values.items()}
    order = [m.when.order for m in record.measurements if m.when is not None]
    assert order == sorted(order)
