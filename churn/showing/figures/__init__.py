"""Tables become Plotly figures whose titles say what was found."""
