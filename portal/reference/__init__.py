"""The OpenAPI document as pages: every operation, schema and webhook, rendered on the server."""
