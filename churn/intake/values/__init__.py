"""Cells as people write them: numbers, dates, marks for nothing, and what a column of them looks like."""
