"""Reads the committed OpenAPI document."""
