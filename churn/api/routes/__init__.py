"""One small function per route."""
