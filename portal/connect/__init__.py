"""The Connect API on clinical data."""
