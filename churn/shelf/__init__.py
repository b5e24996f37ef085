"""Versions of models on disk: saved whole, checked before they are opened, one champion, a way back."""
