"""A table and a Model become a ranked list with exact reasons in plain words, and answers to "what if".

wording_for(schema, phrases, general, currency=)      wording.py       the words of a profile, as a Wording
Ranking(model, wording, top=3, suggester=…)           ranking.py       .scored(table), .blocks(tables): ScoredList
write_scored(blocks, target, progress=…)              scored_files.py  CSV, Parquet or XLSX, whole or not at all
explanation(model, wording, customer, …)              explanation.py   one customer: reasons, points, alikes
whatif(model, wording, customer, changes)             whatif.py        the same before and after
nearest_changes(model, wording, customer, levers)     nearest.py       the smallest feasible changes that help most
drivers_of / beeswarm / dependence / interactions     drivers.py       what moves the scores of a whole list
rates_by(table, column, left) …                       rates.py         rate by level or bin, with intervals
contrast(…)                                           contrast.py      which drivers make two groups differ
segments(…)                                           segments.py      groups found by a shallow tree on the score
"""
