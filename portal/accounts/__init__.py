"""Organisations that own applications."""
