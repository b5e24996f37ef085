"""Messy files that try the moments room."""

from tests.messy import Case

CASES = (
    Case(
        "iso",
        "id,joined\nA1,2026-02-13\nA2,2025-12-01\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2025-12-01")),
    ),
    Case(
        "day_first_settled",
        "id,joined\nA1,13/02/2026\nA2,02/03/2026\nA3,01/04/2026\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2026-03-02"), (4, "A3", "2026-04-01")),
        notices=("info: Dates in joined are read day first, as in 13/02/2026 (line 2).",),
    ),
    Case(
        "month_first_settled",
        "id,joined\nA1,02/13/2026\nA2,02/03/2026\nA3,01/04/2026\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2026-02-03"), (4, "A3", "2026-01-04")),
        notices=("info: Dates in joined are read month first, as in 02/13/2026 (line 2).",),
    ),
    Case(
        "months",
        "id,cohort\nA1,Jan 2026\nA2,12/2025\nA3,2025-11\nA4,März 2024\n",
        "text* date",
        ((2, "A1", "2026-01-01"), (3, "A2", "2025-12-01"), (4, "A3", "2025-11-01"), (5, "A4", "2024-03-01")),
        notices=("info: 4 cells of cohort name a month; Jan 2026 was read as 2026-01-01, its first day.",),
    ),
    Case(
        "months_with_a_short_year",
        "id,cohort\nA1,Jan-26\nA2,Feb-26\n",
        "text* date",
        ((2, "A1", "2026-01-01"), (3, "A2", "2026-02-01")),
        notices=("warning: 2 cells of cohort name a month; Jan-26 was read as 2026-01-01, its first day.",),
    ),
    Case(
        "months_with_a_dot_under_a_heading_that_says_so",
        "id,Monat,rate\nA1,01.2026,01.2026\nA2,12.2025,12.2025\n",
        "text* date number",
        ((2, "A1", "2026-01-01", 1.2026), (3, "A2", "2025-12-01", 12.2025)),
        notices=("info: 2 cells of Monat name a month; 01.2026 was read as 2026-01-01, its first day.",),
    ),
    Case(
        "days_without_a_year",
        "id,asked\nA1,Mar 15\nA2,Apr 2\nA3,Mar 15\n",
        "text* category",
        ((2, "A1", "Mar 15"), (3, "A2", "Apr 2"), (4, "A3", "Mar 15")),
        notices=("warning: asked holds months or days without a full year, such as Mar 15, and was read as words.",),
    ),
    Case(
        "departments_are_no_months",
        "id,team\nA1,Marketing 2024\nA2,Marine 2025\nA3,Marketing 2024\n",
        "text* category",
        ((2, "A1", "Marketing 2024"), (3, "A2", "Marine 2025"), (4, "A3", "Marketing 2024")),
    ),
    Case(
        "open",
        "id,joined\nA1,02/03/2026\nA2,04/05/2026\n",
        refused=("Column joined can be read two ways: 02/03/2026 in line 2 is 2 March 2026 or 3 February 2026."),
    ),
    Case(
        "open_said",
        "id,joined\nA1,02/03/2026\nA2,04/05/2026\n",
        "text* date",
        ((2, "A1", "2026-02-03"), (3, "A2", "2026-04-05")),
        notices=("info: Dates in joined are read month first, as in 02/03/2026 (line 2).",),
        said={"dates": "month-first"},
    ),
    Case(
        "both_ways",
        "id,joined\nA1,13/02/2026\nA2,02/13/2026\nA3,01/04/2026\n",
        refused=(
            "Column joined writes some dates day first and some month first (line 2: 13/02/2026; line 3: 02/13/2026)."
        ),
    ),
    Case(
        "german",
        "id;seit\nA1;13.02.2026\nA2;01.03.2026\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2026-03-01")),
        notices=("info: Dates in seit are read day first, as in 13.02.2026 (line 2).",),
    ),
    Case(
        "named_months",
        "id,joined\nA1,5 Mar 2026\nA2,12 December 2025\n",
        "text* date",
        ((2, "A1", "2026-03-05"), (3, "A2", "2025-12-12")),
    ),
    Case(
        "times_and_zones",
        "id,joined\nA1,2026-02-13 10:15:00 UTC\nA2,2025-12-01T00:00:00Z\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2025-12-01")),
        notices=("info: 1 time of day in joined was left out; the day was kept.",),
    ),
    Case(
        "impossible_day",
        "id,joined\nA1,2026-02-13\nA2,2026-02-31\nA3,2026-02-01\nA4,2026-02-02\nA5,2026-02-03\nA6,2026-02-03\n",
        "text* date",
        (
            (2, "A1", "2026-02-13"),
            (3, "A2", None),
            (4, "A3", "2026-02-01"),
            (5, "A4", "2026-02-02"),
            (6, "A5", "2026-02-03"),
            (7, "A6", "2026-02-03"),
        ),
        notices=("warning: 1 cell of joined is no date and was read as missing: line 3: '2026-02-31'.",),
    ),
    Case(
        "compact_with_a_date_heading",
        "id,signup date\nA1,20260213\nA2,20251201\n",
        "text* date",
        ((2, "A1", "2026-02-13"), (3, "A2", "2025-12-01")),
    ),
    Case(
        "compact_without",
        "id,amount\nA1,20260213\nA2,20251201\n",
        "text* number",
        ((2, "A1", 20260213.0), (3, "A2", 20251201.0)),
    ),
)
