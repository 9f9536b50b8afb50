"""What changed between the versions of the API, and what people must do."""
