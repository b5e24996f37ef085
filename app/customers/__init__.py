"""The parts of the screen *One customer*: choosing or typing one in, why, what if, offers, look-alikes, history."""
