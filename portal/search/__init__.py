"""Search over guides, reference, errors and scopes: an SQLite FTS5 file, one answer to a query, slips forgiven."""
