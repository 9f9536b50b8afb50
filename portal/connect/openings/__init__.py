"""Pages about patients who were read in an emergency."""
