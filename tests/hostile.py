"""A list whose every word tries to be acted upon: keys, levels, headings and the file's own name."""

import random

EVIL = "http://evil.example"
TRIES = (
    "<img src=x onerror=window.pwned=1>",
    f"[click]({EVIL})",
    f"![p]({EVIL}/p.png)",
    "**bold**",
    "$\\frac{1}{2}$",
    ":red[red]",
    ":material/bolt:",
    "<script>window.pwned=1</script>",
    '=HYPERLINK("http://evil.example")',
    "`code`",
)
FILE = "<img src=x onerror=window.pwned=1> **b** $x^2$ [y](http:evil).csv"
HEADINGS = ("customer", "plan **strong** $x^2$", "<img src=x onerror=window.pwned=1> visits", "charge", "left")


def hostile_list(rows=400, seed=7):
    """A list with outcomes: who pays more and comes seldom leaves more often; every word is hostile."""
    draw = random.Random(seed)
    lines = [",".join(f'"{h}"' for h in HEADINGS)]
    for number in range(rows):
        plan, visits, charge = draw.choice(TRIES[:6]), draw.randint(0, 30), draw.randint(10, 90)
        left = draw.random() < (0.6 if visits < 10 else 0.1) * (1.2 if charge > 50 else 0.8)
        cells = (f"{TRIES[number % len(TRIES)]} {number}", plan, visits, charge, "yes" if left else "no")
        lines.append(",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells))
    return "\n".join(lines).encode()
