"""An event log becomes one row per customer, as of a date, never looking past it."""
