"""Conformance scenarios: a developer starts one, runs their own client, and the sandbox judges from the ledger."""
