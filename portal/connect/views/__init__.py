"""The Connect API's operations."""
