"""Guarded outgoing HTTP, for addresses that somebody else has chosen."""
