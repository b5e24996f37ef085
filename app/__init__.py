"""The front door: a multipage dashboard over the same workspace as the command line and the API."""

import os

# Sessions bring lists of very different sizes: this allocator hands memory back, Arrow's own keeps it for later.
# Arrow reads the setting when it is first imported, so it stands before everything else.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
