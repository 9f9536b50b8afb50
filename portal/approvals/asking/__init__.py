"""An application's pages about production access: what is missing, the draft, what became of it. For its members."""
