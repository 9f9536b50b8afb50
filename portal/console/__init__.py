"""The developer's own sandbox client in the samples of the guides, and what Run sends with it."""
