"""A table and a Model become a ranked list with exact reasons in plain words, and answers to "what if".

wording_for(schema, phrases, general, currency)     wording.py       the words of a business, as a Wording
Ranking(model, wording, top=3, suggester=, keep=)   ranking.py       .scored(table), .blocks(tables), .block(table)
write_scored(blocks, target, progress=, total=)     scored_files.py  CSV, Parquet or XLSX, whole or not at all
explanation(model, wording, customer)               explaining.py    one customer: reasons, points, how sure
whatif(model, wording, customer, changes)           supposing.py     the same before and after
Unfamiliar(model)                                   unfamiliar.py    counts customers unlike any that was learnt from
nearest_changes(model, wording, customers)          nearest.py       the smallest feasible changes that help most
group_drivers, column_drivers, beeswarm, dependence, interactions    drivers.py   what moves a whole list
rates_by(table, column, wording, left=)             rates.py         the rate by level or range, with intervals
contrast(model, wording, matrix, first, second)     contrasting.py   which drivers make two groups differ
segments(model, wording, matrix, left=)             segmenting.py    groups found by a shallow tree on the score
"""
