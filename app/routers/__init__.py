"""Paths, statuses and shapes; what happens is in app.services."""
