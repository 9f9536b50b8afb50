"""The review desk: who asks for production, what speaks for it, and the decision. For others it does not exist."""
