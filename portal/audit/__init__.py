"""The append-only ledger of API calls, and who decided what. No foreign keys: deletion elsewhere keeps the trail."""
