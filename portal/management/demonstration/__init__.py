"""What the demo shows beside the sandbox: its people, and a request for production access in each state."""
