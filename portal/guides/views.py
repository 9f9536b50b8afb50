"""Guide pages and their Markdown twins."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from portal.connect.synthetic import NAMED
from portal.edge.environments import SANDBOX, base_url
from portal.guides.code import code_group
from portal.guides.library import ENGLISH, Page, library
from portal.guides.twins import written_call
from portal.problems.responses import problem_response
from portal.samples.calls import Call
from portal.ui.public import MARKDOWN, public_page


def _page(slug: str) -> Page:
    page = library().pages[get_language() or ENGLISH].get(slug)
    if page is None:
        raise Http404
    return page


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Say what OpesCare is, run a real call, and lead each reader on."""
    call = code_group(_first_call(), base_url(SANDBOX), [], "call-home", whole=True)
    context = {"call": call, "area": "home"}
    return HttpResponse(render_to_string("home.html", context, request))


@public_page
def home_twin(request: HttpRequest) -> HttpResponse:
    """Say the same as Markdown."""
    return render(request, "home.txt", {"call": written_call(_first_call())}, MARKDOWN)


def _first_call() -> Call:
    return Call("searchPatient", {"health_id": NAMED[0].health_id})


@login_not_required
@csrf_exempt
def api_root(request: HttpRequest) -> HttpResponse:
    """Lead whoever opens a base URL in a browser to the guide; a program that sends something there gets a problem."""
    if request.method in {"GET", "HEAD"}:
        return redirect("guide", "getting-started")
    return problem_response(request, "method_not_allowed", headers={"Allow": "GET, HEAD"})


@public_page
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide."""
    page, shelf = _page(slug), library()
    before, after = shelf.neighbours(page)
    context = {
        "page": page,
        "sections": shelf.sections[page.language],
        "before": before,
        "after": after,
        "translations": page.translations,
        "area": "guides",
    }
    return HttpResponse(render_to_string("guides/page.html", context, request))


@public_page
def twin(_request: HttpRequest, slug: str) -> HttpResponse:
    """Return the guide as Markdown."""
    return HttpResponse(_page(slug).markdown, content_type=MARKDOWN)
