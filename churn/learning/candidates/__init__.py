"""The learners, the search for their settings, the contest between them, and the winner finished."""
