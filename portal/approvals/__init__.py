"""Production access: developers ask, the sandbox proves, reviewers decide, grants follow."""
