"""What an application's developers see of its calls: the request log, charts, figures."""
