"""The parts of the screen *Drivers*, each drawn when it is opened: what matters, one driver, pairs, groups, time."""
