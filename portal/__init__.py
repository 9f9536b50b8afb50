"""OpesCare Developers: guides, API reference, accounts, production access, and the Connect API itself."""
