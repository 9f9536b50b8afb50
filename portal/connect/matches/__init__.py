"""Pages on which people decide about matches: the staff's desk, and an application's own sandbox reviews."""
