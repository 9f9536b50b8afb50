"""The reference: OpenAPI documents as pages."""
