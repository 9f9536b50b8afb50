"""`/sitemap.xml`, `/robots.txt`, `/llms.txt`, `/llms-full.txt`."""

from inspect import unwrap

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse

from portal.discovery.pages import here, languages, sections
from portal.guides.library import ENGLISH
from portal.ui.public import public_page

TEXT = "text/plain; charset=utf-8"


@public_page
def robots(_request: HttpRequest) -> HttpResponse:
    """Let everybody in; what is not public asks for a sign-in."""
    return HttpResponse(f"User-agent: *\nAllow: /\n\nSitemap: {settings.PUBLIC_URL}{reverse('sitemap')}\n", TEXT)


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page with its address in every language (sitemaps.org)."""
    pages = {language: [page for section in sections(language) for page in section.pages] for language in languages()}
    rows = [
        {"page": page, "others": others, "english": others[languages().index(ENGLISH)]}
        for others in zip(*pages.values(), strict=True)
        for page in others
    ]
    context = {"rows": rows, "public_url": settings.PUBLIC_URL}
    return render(request, "discovery/sitemap.xml", context, "application/xml; charset=utf-8")


@public_page
def llms(request: HttpRequest) -> HttpResponse:
    """List the pages as programs read them (llmstxt.org)."""
    others = [(code, name) for code, name in settings.LANGUAGES if code != here()]
    found = sections(here())
    optional = [
        page for section in found if section.optional for page in section.pages if not page.name.endswith("-of")
    ]
    indexes = [page for section in found for page in section.pages if page.name == "reference-of"]
    context = {
        "sections": [section for section in found if section.title and not section.optional],
        "optional": [*optional, *indexes],
        "others": others,
        "public_url": settings.PUBLIC_URL,
    }
    return render(request, "discovery/llms.txt", context, TEXT)


@public_page
def llms_full(request: HttpRequest) -> HttpResponse:
    """Return every page's Markdown twin in one text; what is optional is left out."""
    twins = [page.twin for section in sections(here()) if not section.optional for page in section.pages]
    texts = [_text(request, twin) for twin in twins if twin]
    return HttpResponse("\n---\n\n".join(texts), TEXT)


def _text(request: HttpRequest, path: str) -> str:
    view, arguments, named = resolve(path)
    text = unwrap(view)(request, *arguments, **named).content.decode()
    return f"<!-- {settings.PUBLIC_URL}{path} -->\n\n{text.strip()}\n"
