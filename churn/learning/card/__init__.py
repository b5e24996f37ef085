"""The ReportCard and everything on it."""
