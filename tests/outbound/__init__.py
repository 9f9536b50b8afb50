"""Fetching from addresses that somebody else has chosen."""
