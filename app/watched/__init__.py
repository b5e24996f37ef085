"""The parts of the screen *Monitoring*: what a list says, the challenger beside it, and list after list."""
