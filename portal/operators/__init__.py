"""Django's admin for operators: a reader of what has no page of its own. It changes nothing."""
