"""The parts of the screen *Results*: campaigns and their state, outcomes that come back, the lift, experiments."""
