"""The style guide: every component in every state."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal.ui.public import public_page

COLOURS = (
    ("paper", "ink"),
    ("surface", "ink"),
    ("paper", "muted"),
    ("surface", "muted"),
    ("paper", "accent"),
    ("surface", "accent"),
    ("accent-soft", "accent"),
    ("accent-soft", "ink"),
    ("accent", "on-accent"),
    ("sandbox-soft", "sandbox"),
    ("production-soft", "production"),
    ("code", "code-ink"),
    ("code", "code-muted"),
    ("tag", "ink"),
)
"""Every pair of background and text that the site uses; the tests check that each passes WCAG AA in both themes."""


@public_page
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    return HttpResponse(render_to_string("ui/styleguide.html", {"colours": COLOURS}, request))
