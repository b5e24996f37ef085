"""A list with known outcomes becomes a Model, and versions of it are kept, compared and promoted."""
