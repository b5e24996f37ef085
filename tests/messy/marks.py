"""Messy files that try the marks room."""

from tests.messy import Case

CASES = (
    Case(
        "flags_in_any_spelling",
        "id,active\nA1,Yes\nA2,N\nA3,1\nA4,TRUE\nA5,no\n",
        "text* flag",
        ((2, "A1", False), (3, "A2", True), (4, "A3", False), (5, "A4", False), (6, "A5", True)),
        notices=("info: active was taken as the outcome; 'N' or 'no' means that the customer left.",),
    ),
    Case(
        "flags_in_german",
        "id;aktiv\nA1;ja\nA2;nein\nA3;Ja \n",
        "text* flag",
        ((2, "A1", False), (3, "A2", True), (4, "A3", False)),
        notices=("info: aktiv was taken as the outcome; 'nein' means that the customer left.",),
    ),
    Case(
        "zero_one", "id,senior\nA1,0\nA2,1\nA3,0\n", "text* flag", ((2, "A1", False), (3, "A2", True), (4, "A3", False))
    ),
    Case(
        "ones_only_are_numbers",
        "id,lines\nA1,1\nA2,1\nA3,1\n",
        "text* number",
        ((2, "A1", 1.0), (3, "A2", 1.0), (4, "A3", 1.0)),
    ),
    Case(
        "na_is_north_america",
        "id,region\nA1,EU\nA2,NA\nA3,APAC\nA4,EU\nA5,NA\n",
        "text* category",
        ((2, "A1", "EU"), (3, "A2", "NA"), (4, "A3", "APAC"), (5, "A4", "EU"), (6, "A5", "NA")),
        notices=("warning: 2 cells of region say 'NA', which was kept as a level, not as missing.",),
    ),
    Case(
        "none_is_a_level",
        "id,support\nA1,None\nA2,Basic\nA3,Gold\nA4,None\n",
        "text* category",
        ((2, "A1", "None"), (3, "A2", "Basic"), (4, "A3", "Gold"), (5, "A4", "None")),
    ),
    Case(
        "null_words_are_missing",
        "id,plan\nA1,Basic\nA2,NULL\nA3,n/a\nA4,Gold\n",
        "text* category",
        ((2, "A1", "Basic"), (3, "A2", None), (4, "A3", None), (5, "A4", "Gold")),
        notices=(
            "repaired: 2 cells of plan were read as missing: 1 'NULL', 1 'n/a'.",
            "warning: 50% of plan is missing.",
        ),
    ),
    Case(
        "levels_by_case_and_blank",
        "id,plan\nA1,Basic\nA2,basic \nA3,BASIC\nA4,Gold\nA5,Basic\n",
        "text* category",
        ((2, "A1", "Basic"), (3, "A2", "Basic"), (4, "A3", "Basic"), (5, "A4", "Gold"), (6, "A5", "Basic")),
        notices=(
            ("repaired: 2 cells of plan were read by their usual spelling: 'basic' as 'Basic', 'BASIC' as 'Basic'."),
        ),
    ),
    Case(
        "unknown_stays_a_level",
        "id,marital\nA1,Unknown\nA2,Single\nA3,Married\nA4,Unknown\n",
        "text* category",
        ((2, "A1", "Unknown"), (3, "A2", "Single"), (4, "A3", "Married"), (5, "A4", "Unknown")),
    ),
)
