"""Models at the counter: learnt, judged, kept, tracked."""
