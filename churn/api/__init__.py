"""The line over HTTP: one small function per route, no logic of its own.

GET  /health           is it up, and which model answers
GET  /docs             every route, to read and to try, offline
"""
