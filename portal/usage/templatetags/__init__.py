"""Tags for pages about calls."""
