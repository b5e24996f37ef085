"""A list that one machine does not score: cut into shares, worked on by a cluster, whole again in one folder."""
