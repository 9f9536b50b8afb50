"""Tags for signed-in pages."""
