"""The worker as a process of its own, killed at every moment."""
