"""The guides: Markdown in, pages out."""
