"""What the Connect API takes and gives."""
