"""What other pages show of production access."""
