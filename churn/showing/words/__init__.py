"""Amounts in a locale, and sentences that screens and pages share."""
