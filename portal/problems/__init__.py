"""Errors of the API as RFC 9457 problem details, and the page that each `type` points to."""
