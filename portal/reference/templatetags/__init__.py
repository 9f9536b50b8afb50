"""Template tags of the reference."""
