"""The parts of the screen *Campaign*: what is wished for, the offers, what comes of it, other ways, how it leaves."""
