"""One call in; the same call out in cURL, PHP, JavaScript, Python and Java."""
