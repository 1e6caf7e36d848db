"""Every mistake that is recognised: the whole message, as a clinician reads it.

Each case changes one thing in the folder that is right. The oracle is the list of mistakes a record can have
(the message must name what was found, where, what is allowed, and how to mend it), read by a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.intake.folders import FILES, problems_of, record_of, told


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    file: str
    old: str
    new: str
    says: list[str]


CASES = [
    Case(
        name="height in metres",
        file="patient.toml",
        old="height_cm = 162",
        new="height_cm = 1.62",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A height of 1.62 cm cannot be (100 to "
                "230 are allowed). 1.62 looks like metres. Give centimetres: height_cm = 162."
            ),
        ],
    ),
    Case(
        name="height in millimetres",
        file="patient.toml",
        old="height_cm = 162",
        new="height_cm = 1620",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A height of 1620 cm cannot be (100 to "
                "230 are allowed). 1620 looks like millimetres. Give centimetres: height_cm = 162."
            ),
        ],
    ),
    Case(
        name="height in inches",
        file="patient.toml",
        old="height_cm = 162",
        new="height_cm = 64",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A height of 64 cm cannot be (100 to "
                "230 are allowed). 64 looks like inches. Give centimetres: height_cm = 163."
            ),
        ],
    ),
    Case(
        name="height in feet",
        file="patient.toml",
        old="height_cm = 162",
        new="height_cm = 5.3",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A height of 5.3 cm cannot be (100 to "
                "230 are allowed). Give the height in centimetres, such as height_cm = 162."
            ),
        ],
    ),
    Case(
        name="height negative",
        file="patient.toml",
        old="height_cm = 162",
        new="height_cm = -162",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A height of -162 cm cannot be (100 to "
                "230 are allowed). Give the height in centimetres, such as height_cm = 162."
            ),
        ],
    ),
    Case(
        name="weight in pounds",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 375",
        says=[
            (
                "error: patient.toml, line 5, column 'weight_kg': A weight of 375 kg cannot be (25 to "
                "350 are allowed). 375 looks like pounds. Write weight_kg = 170."
            ),
        ],
    ),
    Case(
        name="weight in pounds by body mass index",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 160",
        says=[
            (
                "error: patient.toml, column 'weight_kg': 160 kg at 162 cm is a body mass index of 61 "
                "kg/m², which cannot be. 160 looks like pounds, which would be 73 kg. Write weight_kg = "
                "73 if so; else check height and weight."
            ),
        ],
    ),
    Case(
        name="weight perhaps in pounds",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 135",
        says=[
            (
                "warning: patient.toml, column 'weight_kg': 135 kg at 162 cm is a body mass index of 51 "
                "kg/m², which is very unusual. 135 looks like pounds, which would be 61 kg. Write "
                "weight_kg = 61 if so; else check height and weight."
            ),
        ],
    ),
    Case(
        name="weight in grams",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 61000",
        says=[
            (
                "error: patient.toml, line 5, column 'weight_kg': A weight of 61000 kg cannot be (25 to "
                "350 are allowed). 61000 looks like grams. Write weight_kg = 61."
            ),
        ],
    ),
    Case(
        name="weight too small",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 6.1",
        says=[
            (
                "error: patient.toml, line 5, column 'weight_kg': A weight of 6.1 kg cannot be (25 to "
                "350 are allowed). Give the weight in kilograms, such as weight_kg = 61."
            ),
        ],
    ),
    Case(
        name="body mass index too small",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 25",
        says=[
            (
                "error: patient.toml, column 'weight_kg': 25 kg at 162 cm is a body mass index of 10 "
                "kg/m², which cannot be. Check height and weight."
            ),
        ],
    ),
    Case(
        name="age and birth date",
        file="patient.toml",
        old="smoking",
        new="age = 70\nsmoking",
        says=[
            (
                "error: patient.toml, column 'age': The age is given as 70 years, and by the birth date "
                "it was 64.0 on 2021-02-15. Correct one of them, or leave the age out. The age is the "
                "one at the start of treatment."
            ),
        ],
    ),
    Case(
        name="age is a year",
        file="patient.toml",
        old="birth_date = 1957-03-02",
        new="age = 1957",
        says=[
            (
                "error: patient.toml, line 3, column 'age': An age of 1957 years cannot be (0 to 115 are "
                "allowed). 1957 looks like a year of birth. Give the age at the start of treatment in "
                "years, or the birth date as birth_date."
            ),
        ],
    ),
    Case(
        name="birth date too early",
        file="patient.toml",
        old="1957-03-02",
        new="1901-03-02",
        says=[
            (
                "error: patient.toml, column 'birth_date': With this birth date the patient would be 120 "
                "years old at the start of treatment. Look up birth_date; its year is likely wrong."
            ),
        ],
    ),
    Case(
        name="birth date too late",
        file="patient.toml",
        old="1957-03-02",
        new="2021-05-02",
        says=[
            (
                "error: patient.toml, column 'birth_date': By the birth date the patient was born after "
                "10 of the 15 dates of the record. Look up birth_date; its year is likely wrong."
            ),
        ],
    ),
    Case(
        name="missing birth date and height",
        file="patient.toml",
        old="birth_date = 1957-03-02\nheight_cm = 162\n",
        new="",
        says=[
            (
                "warning: patient.toml, column 'birth_date': The age is not recorded, so no value can be "
                "given as percent of predicted. Add birth_date or age."
            ),
            (
                "warning: patient.toml, column 'height_cm': The height is not recorded, so no value can "
                "be given as percent of predicted. Add height_cm."
            ),
        ],
    ),
    Case(
        name="missing sex",
        file="patient.toml",
        old='sex = "female"\n',
        new="",
        says=[
            (
                "warning: patient.toml, column 'sex': The sex is not recorded, so no value can be given "
                'as percent of predicted. Add sex = "female" or sex = "male".'
            ),
        ],
    ),
    Case(
        name="unknown sex",
        file="patient.toml",
        old='"female"',
        new='"fem"',
        says=[
            (
                "error: patient.toml, line 2, column 'sex': 'fem' is not a sex for which reference "
                'values exist. Write sex = "female" or sex = "male"; delete the line where it is not '
                "recorded."
            ),
        ],
    ),
    Case(
        name="missing id",
        file="patient.toml",
        old='id = "P-001"\n',
        new="",
        says=[
            (
                "error: patient.toml, column 'id': The patient has no id. Add a line such as id = "
                '"P-001": a study number or pseudonym, not a name.'
            ),
        ],
    ),
    Case(
        name="id is a name",
        file="patient.toml",
        old="P-001",
        new="Erika Mustermann",
        says=[
            (
                "warning: patient.toml, line 1, column 'id': The id looks like a name, and it is written "
                'into every result. Use a study number or pseudonym, such as id = "P-001".'
            ),
        ],
    ),
    Case(
        name="unknown key",
        file="patient.toml",
        old="height_cm",
        new="heigth_cm",
        says=[
            (
                "error: patient.toml, line 4, column 'heigth_cm': The key 'heigth_cm' is not known here. "
                "Did you mean 'height_cm'? Rename it, or delete it. Known keys: id, sex, birth_date, "
                "age, height_cm, weight_kg, smoking, diagnoses, treatment_start, history, example."
            ),
            (
                "warning: patient.toml, column 'height_cm': The height is not recorded, so no value can "
                "be given as percent of predicted. Add height_cm."
            ),
        ],
    ),
    Case(
        name="text without quotes",
        file="patient.toml",
        old='"never"',
        new="never",
        says=[
            ('error: patient.toml, line 6: The text never stands without quotation marks. Write "never".'),
        ],
    ),
    Case(
        name="decimal comma in toml",
        file="patient.toml",
        old="weight_kg = 61",
        new="weight_kg = 61,5",
        says=[
            ("error: patient.toml, line 5: '61,5' has a decimal comma. Write it with a point: 61.5."),
        ],
    ),
    Case(
        name="toml date that cannot be",
        file="patient.toml",
        old="1957-03-02",
        new="1957-02-30",
        says=[
            (
                "error: patient.toml, line 3: '1957-02-30' is not a day of the calendar. Look up the "
                "date and write it as year-month-day, such as 2021-02-28."
            ),
        ],
    ),
    Case(
        name="toml date ambiguous",
        file="patient.toml",
        old="2021-02-15",
        new="02/03/2021",
        says=[
            (
                "error: patient.toml, line 8: '02/03/2021' can be read as 2021-02-03 or as 2021-03-02. "
                "Dates are written as year-month-day (ISO 8601): write the one that is meant."
            ),
        ],
    ),
    Case(
        name="toml date in quotes, German",
        file="patient.toml",
        old="2021-02-15",
        new='"15.02.2021"',
        says=[
            (
                "error: patient.toml, line 8, column 'treatment_start': '15.02.2021' is written in an "
                "order that differs between countries. Dates are written as year-month-day (ISO 8601): "
                "write 2021-02-15 if that is meant."
            ),
        ],
    ),
    Case(
        name="broken toml",
        file="patient.toml",
        old="diagnoses = [",
        new="diagnoses = [[",
        says=[
            (
                "error: patient.toml, line 8: The file is not written as TOML asks for (Unclosed array). "
                "Each line is a key, '=' and a value; texts stand in quotation marks, dates are "
                "year-month-day."
            ),
        ],
    ),
    Case(
        name="diagnoses without text",
        file="patient.toml",
        old="text = ",
        new="name = ",
        says=[
            (
                "error: patient.toml, line 7, column 'diagnoses': A diagnosis here has no text. Write "
                'diagnoses = [{ text = "Systemic sclerosis", code = "ICD-10:M34.9" }].'
            ),
        ],
    ),
    Case(
        name="smoking is a list",
        file="patient.toml",
        old='"never"',
        new='["never"]',
        says=[
            (
                "error: patient.toml, line 6, column 'smoking': A text is expected here. Write it in "
                'quotation marks: smoking = "…".'
            ),
        ],
    ),
    Case(
        name="height is a list",
        file="patient.toml",
        old="162",
        new="[162]",
        says=[
            (
                "error: patient.toml, line 4, column 'height_cm': A number is expected here. Write "
                "height_cm = and the number."
            ),
        ],
    ),
    Case(
        name="example is a word",
        file="patient.toml",
        old="smoking",
        new='example = "yes"\nsmoking',
        says=[
            (
                "error: patient.toml, line 6, column 'example': Either true or false is expected here. "
                "Write example = true."
            ),
        ],
    ),
    Case(
        name="treatment start missing",
        file="patient.toml",
        old="treatment_start = 2021-02-15\n",
        new="",
        says=[
            (
                "warning: patient.toml, column 'treatment_start': The start of treatment is not "
                "recorded, so nothing can be told to be before or after it. Add a line such as "
                "treatment_start = 2021-02-15."
            ),
        ],
    ),
    Case(
        name="treatment after the last visit",
        file="patient.toml",
        old="2021-02-15",
        new="2021-12-01",
        says=[
            (
                "warning: visits.csv: Treatment starts after the last visit (2021-07-05), so no effect "
                "of it can be seen. Look up treatment_start in patient.toml, or add the visits on "
                "treatment."
            ),
        ],
    ),
    Case(
        name="no visit before treatment",
        file="patient.toml",
        old="2021-02-15",
        new="2020-12-01",
        says=[
            (
                "warning: visits.csv: No visit lies before the start of treatment or on its day, so "
                "there is no baseline. Look up treatment_start in patient.toml, or add the visits before "
                "treatment."
            ),
        ],
    ),
    Case(
        name="treatment before birth",
        file="patient.toml",
        old="2021-02-15",
        new="1950-12-01",
        says=[
            (
                "error: patient.toml, column 'treatment_start': 1950-12-01 lies before the birth of the "
                "patient. Look up this date and birth_date in patient.toml; the year of one of them is "
                "likely wrong."
            ),
            (
                "warning: visits.csv: No visit lies before the start of treatment or on its day, so "
                "there is no baseline. Look up treatment_start in patient.toml, or add the visits before "
                "treatment."
            ),
        ],
    ),
    Case(
        name="30 February",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="2021-02-30,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '2021-02-30' is not a day of the calendar. "
                "Look up the date and write it as year-month-day, such as 2021-02-28."
            ),
        ],
    ),
    Case(
        name="day or month first",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="05/07/2021,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '05/07/2021' can be read as 2021-05-07 or as "
                "2021-07-05. Dates are written as year-month-day (ISO 8601): write the one that is "
                "meant."
            ),
        ],
    ),
    Case(
        name="day first",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="31/12/2020,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '31/12/2020' is written in an order that "
                "differs between countries. Dates are written as year-month-day (ISO 8601): write "
                "2020-12-31 if that is meant."
            ),
        ],
    ),
    Case(
        name="two-digit year",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="25.7.21,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '25.7.21' is written in an order that differs "
                "between countries. Dates are written as year-month-day (ISO 8601): write 2021-07-25 if "
                "that is meant."
            ),
        ],
    ),
    Case(
        name="no day at all",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="45.13.2021,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '45.13.2021' is not a day of the calendar. "
                "Dates are written as year-month-day (ISO 8601), such as 2021-02-28."
            ),
        ],
    ),
    Case(
        name="slashes",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="2021/7/5,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '2021/7/5' is not written as a date is here. "
                "Dates are written as year-month-day (ISO 8601): write 2021-07-05."
            ),
        ],
    ),
    Case(
        name="compact date",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="20210705,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '20210705' is not written as a date is here. "
                "Dates are written as year-month-day (ISO 8601): write 2021-07-05."
            ),
        ],
    ),
    Case(
        name="excel day",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="44382,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '44382' is a day number of a spreadsheet, not "
                "a date (in Excel it would be 2021-07-05). Format the column as text or as yyyy-mm-dd in "
                "the spreadsheet and save the table again."
            ),
        ],
    ),
    Case(
        name="month only",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="2021-07,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': '2021-07' is not a whole date: the day is "
                "missing. Dates are written as year-month-day (ISO 8601), such as 2021-02-28. Where the "
                "day is unknown, give the likeliest and say so."
            ),
        ],
    ),
    Case(
        name="words for a date",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="last week,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': 'last week' is not a date. Dates are written "
                "as year-month-day (ISO 8601), such as 2021-02-28."
            ),
        ],
    ),
    Case(
        name="future",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="2024-07-05,fvc",
        says=[
            (
                "warning: visits.csv, line 5, column 'date': 2024-07-05 lies in the future (today is "
                "2024-01-01 by the clock of this computer). Look up the date; its year is likely wrong."
            ),
        ],
    ),
    Case(
        name="far future",
        file="visits.csv",
        old="2021-07-05,fvc",
        new="2201-07-05,fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': 2201-07-05 lies in the future (today is "
                "2024-01-01 by the clock of this computer). Look up the date; its year is likely wrong."
            ),
        ],
    ),
    Case(
        name="visit before birth",
        file="visits.csv",
        old="2021-02-10,fvc",
        new="1921-02-10,fvc",
        says=[
            (
                "error: visits.csv, line 2, column 'date': 1921-02-10 lies before the birth of the "
                "patient. Look up this date and birth_date in patient.toml; the year of one of them is "
                "likely wrong."
            ),
        ],
    ),
    Case(
        name="year 21",
        file="visits.csv",
        old="2021-02-10,fvc",
        new="0021-02-10,fvc",
        says=[
            (
                "error: visits.csv, line 2, column 'date': '0021-02-10' lies before 1900. Look up the "
                "year and write the date as year-month-day, such as 2021-02-28."
            ),
        ],
    ),
    Case(
        name="no date",
        file="visits.csv",
        old="2021-07-05,fvc",
        new=",fvc",
        says=[
            (
                "error: visits.csv, line 5, column 'date': The row does not say when. Fill in the date, "
                "such as 2021-02-28, or the week from the start of treatment."
            ),
        ],
    ),
    Case(
        name="unknown column",
        file="visits.csv",
        old="method,device",
        new="methods,device",
        says=[
            (
                "error: visits.csv, line 1, column 'methods': The column 'methods' is not known here. "
                "Did you mean 'method'? Rename it, or delete it. Known columns: date, week, measure, "
                "value, unit, method, device, note."
            ),
        ],
    ),
    Case(
        name="missing columns",
        file="visits.csv",
        old="measure,value,unit",
        new="measure,unit",
        says=[
            (
                "error: visits.csv, line 2: The row has 7 cells, and the heading has 6, and so have 5 "
                "more rows. A text with a comma must stand in quotation marks, and decimals are written "
                "with a point."
            ),
            (
                "error: visits.csv, line 1: The column is missing: 'value'. Give the table the heading "
                "date,week,measure,value,unit,method,device,note."
            ),
        ],
    ),
    Case(
        name="unknown measure",
        file="visits.csv",
        old="2021-07-05,dlco",
        new="2021-07-05,dlc",
        says=[
            (
                "error: visits.csv, line 7, column 'measure': The measure 'dlc' is not known. Did you "
                "mean 'dlco'? Known measures: borg, dlco, fev1, fio2, fvc, kco, nyha_class, pao2, "
                "six_minute_walk, spo2_rest, symptoms, tlc."
            ),
        ],
    ),
    Case(
        name="unknown measure 2",
        file="visits.csv",
        old="2021-07-05,dlco",
        new="2021-07-05,VEGF",
        says=[
            (
                "error: visits.csv, line 7, column 'measure': The measure 'VEGF' is not known. Known "
                "measures: borg, dlco, fev1, fio2, fvc, kco, nyha_class, pao2, six_minute_walk, "
                "spo2_rest, symptoms, tlc."
            ),
        ],
    ),
    Case(
        name="measured twice",
        file="visits.csv",
        old="2021-07-05,fev1,1.75",
        new="2021-07-05,fvc,1.75",
        says=[
            (
                "error: visits.csv, line 6, column 'value': FVC stands there twice on 2021-07-05: 2.10 "
                "on line 5 and 1.75 here. Delete the one that does not count; or say in 'method' how "
                "they differ (such as 'before bronchodilator'), or write 'repeat' in the note of the "
                "second."
            ),
        ],
    ),
    Case(
        name="duplicate row",
        file="visits.csv",
        old="2021-07-05,fev1,1.75",
        new="2021-07-05,fvc,2.10",
        says=[
            ("error: visits.csv, line 6: The row says the same as line 5. Delete one of the two."),
        ],
    ),
    Case(
        name="unit missing",
        file="visits.csv",
        old="12.4,mL/min/mmHg",
        new="12.4,",
        says=[
            (
                "error: visits.csv, line 7, column 'unit': DLCO has no unit, and none is guessed. 12.4 "
                "could be mL/min/mmHg or mmol/min/kPa. Write the unit the laboratory printed: "
                "mL/min/mmHg or mmol/min/kPa."
            ),
        ],
    ),
    Case(
        name="unit unknown",
        file="visits.csv",
        old="12.4,mL/min/mmHg",
        new="12.4,ml/min/mHg",
        says=[
            (
                "error: visits.csv, line 7, column 'unit': The unit 'ml/min/mHg' is not known. Did you "
                "mean 'mL/min/mmHg'? Write the unit the laboratory printed: mL/min/mmHg or mmol/min/kPa."
            ),
        ],
    ),
    Case(
        name="unit of another kind",
        file="visits.csv",
        old="12.4,mL/min/mmHg",
        new="12.4,mL",
        says=[
            (
                "error: visits.csv, line 7, column 'unit': 'mL' measures volume, and DLCO is not "
                "measured in that. Write the unit the laboratory printed: mL/min/mmHg or mmol/min/kPa."
            ),
        ],
    ),
    Case(
        name="percent of predicted by unit",
        file="visits.csv",
        old="2.10,L",
        new="81,%",
        says=[
            (
                "error: visits.csv, line 5, column 'unit': FVC is given in percent, which is not what "
                "was measured. Give the measured value in L or mL; percent of predicted is worked out "
                "from it."
            ),
        ],
    ),
    Case(
        name="percent of predicted by value",
        file="visits.csv",
        old="2.10,L",
        new="81,L",
        says=[
            (
                "error: visits.csv, line 5, column 'value': FVC of 81 L cannot be (0.3 to 9 L is "
                "allowed). 81 looks like percent of predicted. Give the measured value in L; percent of "
                "predicted is worked out from it."
            ),
        ],
    ),
    Case(
        name="millilitres",
        file="visits.csv",
        old="2.10,L",
        new="2100,L",
        says=[
            (
                "error: visits.csv, line 5, column 'value': FVC of 2100 L cannot be (0.3 to 9 L is "
                "allowed). 2100 looks like mL. Give the unit it was measured in (mL), or the value in L."
            ),
        ],
    ),
    Case(
        name="litres in mL",
        file="visits.csv",
        old="2.10,L",
        new="2.10,mL",
        says=[
            (
                "error: visits.csv, line 5, column 'value': FVC of 2.1 mL cannot be (300 to 9000 mL is "
                "allowed). 2.1 looks like L. Give the unit it was measured in (L), or the value in mL."
            ),
        ],
    ),
    Case(
        name="decimal point lost",
        file="visits.csv",
        old="2.10,L",
        new="21,mL",
        says=[
            (
                "error: visits.csv, line 5, column 'value': FVC of 21 mL cannot be (300 to 9000 mL is "
                "allowed). 21 looks like percent of predicted. Give the measured value in mL; percent of "
                "predicted is worked out from it."
            ),
        ],
    ),
    Case(
        name="dlco in percent",
        file="visits.csv",
        old="12.4,mL",
        new="85,mL",
        says=[
            (
                "error: visits.csv, line 7, column 'value': DLCO of 85 mL/min/mmHg cannot be (0.5 to 70 "
                "mL/min/mmHg is allowed). 85 looks like percent of predicted. Give the measured value in "
                "mL/min/mmHg; percent of predicted is worked out from it."
            ),
        ],
    ),
    Case(
        name="dlco 400",
        file="visits.csv",
        old="12.4,mL",
        new="400,mL",
        says=[
            (
                "error: visits.csv, line 7, column 'value': DLCO of 400 mL/min/mmHg cannot be (0.5 to 70 "
                "mL/min/mmHg is allowed). A decimal point may be missing: 40 could be. Look up the "
                "value."
            ),
        ],
    ),
    Case(
        name="negative",
        file="visits.csv",
        old="2.10,L",
        new="-2.10,L",
        says=[
            (
                "error: visits.csv, line 5, column 'value': FVC of -2.1 L cannot be (0.3 to 9 L is "
                "allowed). It is negative. Look up the value and write it without a sign."
            ),
        ],
    ),
    Case(
        name="fev1 above fvc",
        file="visits.csv",
        old="fev1,1.75",
        new="fev1,2.75",
        says=[
            (
                "error: visits.csv, line 6, column 'value': FEV1 (2.75 L) is above FVC (2.10 L, line 5) "
                "on the same day, which cannot be. Look up both values; they may have been swapped."
            ),
        ],
    ),
    Case(
        name="dlco other system low",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,4.1",
        says=[
            (
                "error: visits.csv, line 7, column 'value': DLCO of 4.1 mL/min/mmHg lies 2.4 times below "
                "the patient's other value (line 4); the two unit systems differ 2.986 times, so one of "
                "the two is likely in the other one (mmol/min/kPa). Look at the laboratory's print-out "
                "and correct the unit; if it is right, write 'checked' in the note."
            ),
        ],
    ),
    Case(
        name="dlco other system stated",
        file="visits.csv",
        old="12.4,mL/min/mmHg",
        new="12.4,mmol/min/kPa",
        says=[
            (
                "error: visits.csv, line 7, column 'value': DLCO of 12.4 mmol/min/kPa lies 3.8 times "
                "above the patient's other value (line 4); the two unit systems differ 2.986 times, so "
                "one of the two is likely in the other one (mL/min/mmHg). Look at the laboratory's "
                "print-out and correct the unit; if it is right, write 'checked' in the note."
            ),
        ],
    ),
    Case(
        name="dlco steep fall",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,4.9",
        says=[
            (
                "warning: visits.csv, line 7, column 'value': DLCO of 4.9 mL/min/mmHg lies 2.0 times "
                "below the patient's other value (line 4); the two unit systems differ 2.986 times, so "
                "one of the two is likely in the other one (mmol/min/kPa). Look at the laboratory's "
                "print-out and correct the unit; if it is right, write 'checked' in the note."
            ),
        ],
    ),
    Case(
        name="dlco steep fall checked",
        file="visits.csv",
        old="dlco,12.4,mL/min/mmHg,,,",
        new="dlco,4.1,mL/min/mmHg,,,checked",
        says=[
            (
                "warning: visits.csv, line 7, column 'value': DLCO of 4.1 mL/min/mmHg lies 2.4 times "
                "below the patient's other value (line 4); the two unit systems differ 2.986 times, so "
                "one of the two is likely in the other one (mmol/min/kPa). Look at the laboratory's "
                "print-out and correct the unit; if it is right, write 'checked' in the note."
            ),
        ],
    ),
    Case(
        name="limit",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,<5",
        says=[
            (
                "error: visits.csv, line 7, column 'value': '<5' is a limit, not a number, and a limit "
                "cannot be compared. Give the number that was measured; where there is none, leave the "
                "cell empty."
            ),
        ],
    ),
    Case(
        name="n/a",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,n/a",
        says=[
            (
                "error: visits.csv, line 7, column 'value': 'n/a' does not say why there is no number. "
                "Leave the cell empty (not recorded), or write 'not_done', or 'unable' (could not be "
                "done because of the disease)."
            ),
        ],
    ),
    Case(
        name="excel error",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,#N/A",
        says=[
            (
                "error: visits.csv, line 7, column 'value': '#N/A' is an error message of the "
                "spreadsheet, not a number. Mend the formula, or leave the cell empty where nothing was "
                "recorded."
            ),
        ],
    ),
    Case(
        name="thousands",
        file="visits.csv",
        old="2021-07-05,fvc,2.10,L",
        new='2021-07-05,fvc,"2,100",mL',
        says=[
            (
                "error: visits.csv, line 5, column 'value': '2,100' may be a decimal comma or a "
                "thousands separator. Write it with a decimal point, such as 2.100, or without "
                "separator, such as 2100."
            ),
        ],
    ),
    Case(
        name="thousands with space",
        file="visits.csv",
        old="2021-07-05,fvc,2.10,L",
        new="2021-07-05,fvc,2 100,mL",
        says=[
            (
                "error: visits.csv, line 5, column 'value': '2 100' has a thousands separator. Write the "
                "number without it, with a point before the decimals."
            ),
        ],
    ),
    Case(
        name="decimal comma",
        file="visits.csv",
        old="2021-07-05,fvc,2.10,L",
        new='2021-07-05,fvc,"2,1",L',
        says=[
            (
                "error: visits.csv, line 5, column 'value': '2,1' may be a decimal comma or a thousands "
                "separator. Write it with a decimal point, such as 2.1, or without separator, such as "
                "21."
            ),
        ],
    ),
    Case(
        name="decimal comma unquoted",
        file="visits.csv",
        old="2021-07-05,fvc,2.10,L",
        new="2021-07-05,fvc,2,1,L",
        says=[
            (
                "error: visits.csv, line 5: The row has 8 cells, and the heading has 7. A text with a "
                "comma must stand in quotation marks, and decimals are written with a point."
            ),
        ],
    ),
    Case(
        name="unit in value",
        file="visits.csv",
        old="2021-07-05,fvc,2.10,L",
        new="2021-07-05,fvc,2.10 L,L",
        says=[
            (
                "error: visits.csv, line 5, column 'value': '2.10 L' is not a number alone. Write the "
                "number alone in its cell, and its unit in the column 'unit' (or in the heading)."
            ),
        ],
    ),
    Case(
        name="word",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,good",
        says=[
            (
                "error: visits.csv, line 7, column 'value': 'good' is not a number. Write a number, or "
                "'unable', or 'not_done', or nothing where it was not recorded."
            ),
        ],
    ),
    Case(
        name="huge",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,1e999",
        says=[
            (
                "error: visits.csv, line 7, column 'value': '1e999' is too large to be a number. Write "
                "the number in full."
            ),
        ],
    ),
    Case(
        name="empty value",
        file="visits.csv",
        old="dlco,12.4",
        new="dlco,",
        says=[
            (
                "note: visits.csv: 1 value is empty and counted as not recorded: dlco on line 7. Fill in "
                "the value, or write 'not_done', or 'unable' (could not be done because of the disease)."
            ),
        ],
    ),
    Case(
        name="open quote",
        file="visits.csv",
        old="2021-07-05,fvc",
        new='2021-07-05,"fvc',
        says=[
            (
                "error: visits.csv, line 5: The row that starts here cannot be divided into cells "
                "(unexpected end of data). Look for a quotation mark that is not closed, or one inside a "
                "text (write it twice)."
            ),
        ],
    ),
    Case(
        name="column twice",
        file="visits.csv",
        old="method,device",
        new="method,method",
        says=[
            (
                "error: visits.csv, line 1, column 'method': The column 'method' stands there twice. "
                "Delete or rename one of them."
            ),
        ],
    ),
    Case(
        name="column without name",
        file="visits.csv",
        old="method,device",
        new="method,,device",
        says=[
            ("error: visits.csv, line 1: Column 6 has no heading. Give it a heading, or delete the column."),
        ],
    ),
    Case(
        name="drug without unit",
        file="doses.csv",
        old="400,mg",
        new="400,",
        says=[
            (
                "warning: doses.csv, line 3, column 'unit': The dose 400 of imatinib has no unit, and none "
                "is guessed. The row is kept as it came; its amount is not counted. In mg it would be a usual "
                "single dose, in the others not. Write the unit of one administration, such as mg or g."
            ),
        ],
    ),
    Case(
        name="grams for milligrams",
        file="doses.csv",
        old="400,mg",
        new="400,g",
        says=[
            (
                "warning: doses.csv, line 3, column 'dose': A single dose of 400 g of imatinib lies outside "
                "what is given (50 to 800 mg). In mg it would be usual. The row is kept as it came; its "
                "amount is not counted. Look up dose and unit; if both are right, write 'checked' into the "
                "reason."
            ),
        ],
    ),
    Case(
        name="drug misspelt",
        file="doses.csv",
        old="imatinib",
        new="imatinb",
        says=[
            (
                "warning: doses.csv, line 3, column 'drug': 'imatinb' is no drug known here. Did you mean "
                "'imatinib'? Correct its spelling; it is not taken for that drug."
            ),
        ],
    ),
    Case(
        name="drug unknown",
        file="doses.csv",
        old="imatinib",
        new="study drug X",
        says=[
            (
                "note: doses.csv, line 3, column 'drug': 'study drug X' is no drug known here. It is kept as "
                "written; its unit cannot be checked."
            ),
        ],
    ),
    Case(
        name="drug unit kind",
        file="doses.csv",
        old="400,mg",
        new="400,cm",
        says=[
            (
                "error: doses.csv, line 3, column 'unit': 'cm' measures length, and a dose is not "
                "counted in that. Write the unit of one administration, such as mg; how often it is "
                "taken belongs into 'every'."
            ),
        ],
    ),
    Case(
        name="drug unit unknown",
        file="doses.csv",
        old="400,mg",
        new="400,scoops",
        says=[
            (
                "warning: doses.csv, line 3, column 'unit': The unit 'scoops' is not known; the dose is "
                "kept as written and not converted. Check its spelling; known are mg, g, ug, IU, mg/kg, "
                "mg/m2, mL and tablet."
            ),
        ],
    ),
    Case(
        name="dose missing",
        file="doses.csv",
        old="400,mg",
        new=",",
        says=[
            (
                "warning: doses.csv, line 3, column 'dose': The dose of imatinib is not recorded, so its "
                "total cannot be told. Fill in dose and unit where they are known."
            ),
        ],
    ),
    Case(
        name="dose negative",
        file="doses.csv",
        old="400,mg",
        new="-400,mg",
        says=[
            ("error: doses.csv, line 3, column 'dose': A dose of -400 cannot be. Look up the dose."),
        ],
    ),
    Case(
        name="stop before start",
        file="doses.csv",
        old="2021-02-15,2021-07-05",
        new="2021-07-05,2021-02-15",
        says=[
            (
                "warning: doses.csv, line 3, column 'stop': The stop (2021-02-15) lies before the start "
                "(2021-07-05). The row is kept as it came; how long it lasted is taken to be unknown. "
                "Look up both; they may have been swapped."
            ),
        ],
    ),
    Case(
        name="no start",
        file="doses.csv",
        old="daily,2021-02-15",
        new="daily,",
        says=[
            (
                "error: doses.csv, line 3, column 'start': The row does not say when imatinib was "
                "started. Fill in the start; where only the year is known, give its middle and say so in "
                "'reason'."
            ),
        ],
    ),
    Case(
        name="every unclear",
        file="doses.csv",
        old="daily",
        new="1",
        says=[
            (
                "error: doses.csv, line 3, column 'every': '1' does not say how often the dose was "
                "taken. Write the interval with its unit, such as '24 h', '12 h', '2 weeks' or 'daily'."
            ),
        ],
    ),
    Case(
        name="every hours supposed",
        file="doses.csv",
        old="daily",
        new="24",
        says=[
            (
                "warning: doses.csv, line 3, column 'every': '24' has no unit; it was read as every 24 "
                "hours. Write '24 h' if that is right."
            ),
        ],
    ),
    Case(
        name="overlap",
        file="doses.csv",
        old="prednisone,20,mg,oral,24 h,2020-03-01,2021-02-01",
        new="imatinib,100,mg,oral,24 h,2020-03-01,2021-03-01",
        says=[
            (
                "warning: doses.csv, line 3, column 'start': imatinib starts here at another dose while "
                "the interval of line 2 still runs (it had not been stopped); both are counted. Give "
                "line 2 a stop, if the one followed the other."
            ),
        ],
    ),
    Case(
        name="overlap, not stopped",
        file="doses.csv",
        old="prednisone,20,mg,oral,24 h,2020-03-01,2021-02-01",
        new="imatinib,400,mg,oral,24 h,2020-03-01,",
        says=[
            (
                "warning: doses.csv, line 3, column 'start': imatinib starts here at the same dose while "
                "the interval of line 2 still runs (no stop is given there); both are counted. Give line "
                "2 a stop, if the one followed the other."
            ),
        ],
    ),
    Case(
        name="dose row twice",
        file="doses.csv",
        old="imatinib,400",
        new="prednisone,20,mg,oral,24 h,2020-03-01,2021-02-01,\nimatinib,400",
        says=[
            (
                "error: doses.csv, line 3: The row says the same as line 2; the dose would count twice. "
                "Delete one of the two."
            ),
        ],
    ),
    Case(
        name="no drug",
        file="doses.csv",
        old="imatinib",
        new="",
        says=[
            (
                "error: doses.csv, line 3, column 'drug': The cell is empty, and this column is needed. "
                "Fill it in."
            ),
        ],
    ),
    Case(
        name="year only",
        file="doses.csv",
        old="2020-03-01",
        new="2020",
        says=[
            (
                "error: doses.csv, line 2, column 'start': '2020' is not a whole date: the month and the "
                "day are missing. Dates are written as year-month-day (ISO 8601), such as 2021-02-28. "
                "Where the day is unknown, give the likeliest and say so."
            ),
        ],
    ),
    Case(
        name="mixed units",
        file="labs.csv",
        old="0.9,mg/dL,0.5,1.1",
        new="79,umol/L,44,97",
        says=[
            "warning: labs.csv: creatinine stands in more than one unit: mg/dL (first on line 2) and umol/L (first on line 3). Each value is held against its own limits; a baseline in another unit is converted where that can be done. Check that every unit is the one the laboratory printed."
        ],
    ),
    Case(
        name="lab without limits",
        file="labs.csv",
        old="0.9,mg/dL,0.5,1.1",
        new="0.9,mg/dL,,",
        says=[
            "note: labs.csv: creatinine has no limits of its laboratory in 1 row (first on line 3); grades that are counted from them cannot be told. Fill in low and high as the laboratory printed them."
        ],
    ),
    Case(
        name="grade in words",
        file="events.csv",
        old=",1,no",
        new=",mild,no",
        says=[
            "warning: events.csv, line 2, column 'grade': 'mild' is not a grade of an adverse event (CTCAE 1 to 5); the row is kept as it came, without a grade. Write 1, 2, 3, 4 or 5, or leave the cell empty where it was not graded."
        ],
    ),
    Case(
        name="grade 6",
        file="events.csv",
        old=",1,no",
        new=",6,no",
        says=[
            "warning: events.csv, line 2, column 'grade': '6' is not a grade of an adverse event (CTCAE 1 to 5); the row is kept as it came, without a grade. Write 1, 2, 3, 4 or 5, or leave the cell empty where it was not graded.",
        ],
    ),
    Case(
        name="grade 0",
        file="events.csv",
        old=",1,no",
        new=",0,no",
        says=[
            "warning: events.csv, line 2, column 'grade': '0' is not a grade of an adverse event (CTCAE 1 to 5); the row is kept as it came, without a grade. Write 1, 2, 3, 4 or 5, or leave the cell empty where it was not graded.",
        ],
    ),
    Case(
        name="serious perhaps",
        file="events.csv",
        old=",1,no",
        new=",1,perhaps",
        says=[
            (
                "error: events.csv, line 2, column 'serious': 'perhaps' is neither yes nor no. Write "
                "'yes' or 'no', or leave the cell empty where it was not recorded."
            ),
        ],
    ),
    Case(
        name="event stop before start",
        file="events.csv",
        old="2021-03-01,2021-03-10",
        new="2021-03-10,2021-03-01",
        says=[
            (
                "error: events.csv, line 2, column 'stop': The stop (2021-03-01) lies before the start "
                "(2021-03-10). Look up both; they may have been swapped."
            ),
        ],
    ),
    Case(
        name="event without date",
        file="events.csv",
        old="2021-03-01,2021-03-10",
        new=",",
        says=[
            (
                "warning: events.csv, line 2, column 'start': The event 'nausea' has no start, so it "
                "cannot be told whether it began on treatment; it is kept. Fill in the start, at least "
                "by its likeliest day."
            ),
        ],
    ),
    Case(
        name="event called none",
        file="events.csv",
        old="nausea",
        new="None",
        says=[
            (
                "error: events.csv, line 2, column 'term': An event called 'None' would be counted as an "
                "adverse event. Where none occurred, keep the heading and no row below it; where nobody asked, "
                "delete the file."
            ),
        ],
    ),
    Case(
        name="event without term",
        file="events.csv",
        old="nausea",
        new="",
        says=[
            (
                "error: events.csv, line 2, column 'term': The cell is empty, and this column is needed. "
                "Fill it in."
            ),
        ],
    ),
    Case(
        name="event twice",
        file="events.csv",
        old="nausea,2021-03-01,2021-03-10,1,no,recovered,none,possible,",
        new="nausea,2021-03-01,,,,,,,\nnausea,2021-03-01,,,,,,,",
        says=[
            (
                "warning: events.csv, line 3: The row says the same as line 2; both are counted. Delete "
                "one of the two if it happened once."
            ),
        ],
    ),
    Case(
        name="limits swapped",
        file="labs.csv",
        old="0.9,mg/dL,0.5,1.1",
        new="0.9,mg/dL,1.1,0.5",
        says=[
            "warning: labs.csv, line 3, column 'low': The lower limit (1.1) is above the upper one (0.5); neither is used. Look up the limits of the laboratory; they may have been swapped.",
        ],
    ),
    Case(
        name="lab unit missing",
        file="labs.csv",
        old="0.9,mg/dL",
        new="0.9,",
        says=[
            "warning: labs.csv, line 3, column 'unit': creatinine has no unit, and none is guessed. The row is kept as it came, and not graded. Write the unit the laboratory printed (1 for a ratio such as the INR).",
        ],
    ),
    Case(
        name="lab unit unknown",
        file="labs.csv",
        old="0.9,mg/dL",
        new="0.9,blobs",
        says=[
            (
                "warning: labs.csv, line 3, column 'unit': The unit 'blobs' is not known; the value is "
                "kept as written and can be compared only with its own limits. Check its spelling."
            ),
        ],
    ),
    Case(
        name="lab negative",
        file="labs.csv",
        old="0.9,mg/dL",
        new="-0.9,mg/dL",
        says=[
            "warning: labs.csv, line 3, column 'value': creatinine of -0.9 cannot be: it is negative. The row is kept as it came, and not graded. Look up the value and write it without a sign.",
        ],
    ),
    Case(
        name="lab limit",
        file="labs.csv",
        old="0.9,mg/dL",
        new="<0.3,mg/dL",
        says=[
            "warning: labs.csv, line 3, column 'value': '<0.3' is a limit, not a number, and a limit cannot be compared. The row is kept as it came, and not graded. Give the number that was measured; where there is none, leave the cell empty.",
        ],
    ),
    Case(
        name="lab date missing",
        file="labs.csv",
        old="2021-07-05",
        new="",
        says=[
            "warning: labs.csv, line 3, column 'date': The row does not say when, so it cannot be told whether the value was found on treatment; it is kept. Fill in the date, such as 2021-02-28, or the week from the start of treatment.",
        ],
    ),
    Case(
        name="lab value empty",
        file="labs.csv",
        old="0.9,mg/dL",
        new=",mg/dL",
        says=[
            "note: labs.csv: 1 laboratory value is empty or not done (first on line 3); the rows are kept, and not graded.",
        ],
    ),
    Case(
        name="lab twice",
        file="labs.csv",
        old="2021-07-05,creatinine,0.9",
        new="2021-02-10,creatinine,0.8",
        says=[
            ("warning: labs.csv, line 3: The row says the same as line 2. Delete one of the two."),
        ],
    ),
]


def test_the_folder_that_is_right_has_no_problem(tmp_path: Path) -> None:
    assert record_of(tmp_path).warnings == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mistake_is_told_whole(case: Case, tmp_path: Path) -> None:
    text = FILES[case.file]
    assert case.old in text
    assert told(problems_of(tmp_path, {case.file: text.replace(case.old, case.new, 1)})) == case.says
