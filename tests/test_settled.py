"""Settled: what the survey found goes to other machines as it is, and reads blocks there as it does here."""

import pickle

from churn.intake.reader import open_list

LIST = b'id,fee,paid\n1,"1.234,50",yes\n2,,no\n3,"9,00",yes\n'


def test_what_was_settled_reads_the_same_after_a_journey():
    stream = open_list(LIST, filename="list.csv")
    sent = pickle.loads(pickle.dumps(stream.settled))
    block = next(iter(stream.survey.grid.blocks()))
    read = sent.typed(block, lambda *told: None)
    assert read.to_pydict() == next(stream.blocks()).table.to_pydict()
    assert read["fee"].to_pylist() == [1234.5, None, 9.0]


def test_cells_that_cannot_be_read_are_told_with_their_line():
    rows = "".join(f"{i},{i}.5\n" for i in range(1, 40))
    stream = open_list(f"id,fee\n{rows}40,oops\n".encode(), filename="list.csv")
    told = []
    stream.settled.typed(next(iter(stream.survey.grid.blocks())), lambda *words: told.append(words))
    assert told == [("fee", 1, [(41, "oops")])]
