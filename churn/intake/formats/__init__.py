"""Workbooks, Parquet and text alike become the same blocks of text under their headings."""
