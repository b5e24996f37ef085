"""One customer at the counter: typed in or sent, scored, explained, offered something."""
