"""Pages that hold all they need: the model card, the brief, the drift report."""
