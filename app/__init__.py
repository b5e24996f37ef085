"""The front door: a multipage dashboard over the same desk as the command line and the API."""
