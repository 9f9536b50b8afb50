"""Who may come in, and what an admin page may do: read.

Every write of the portal is a verb with its audit row, so there is nothing here to change: no form, no action, no way
to delete. What is shown is listed field by field (`readers.py`); a field that a model gains does not appear by itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.accounts.reauthentication import recently_authenticated

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
    AnyModelAdmin = ModelAdmin[Any]
else:
    AnyPaginator, AnyModelAdmin = Paginator, ModelAdmin

View = Callable[..., HttpResponseBase]
COUNTED = 10_000
"""Lists end here: nobody reads on, and to count millions of rows would take seconds."""


class OperatorsSite(AdminSite):
    """Pages for the staff with the superuser flag. For all others there is nothing at their addresses."""

    site_header = gettext_lazy("OpesCare operators")
    site_title = site_header
    index_title = gettext_lazy("What the portal keeps")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this is an operator."""
        user: Any = request.user
        return bool(user.is_active and user.is_staff and user.is_superuser)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Open a page to operators who have shown a moment ago that it is them, in production with a second step."""
        asked = require_safe(recently_authenticated(view))

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise Http404
            if not settings.DEVELOPMENT and not is_mfa_enabled(request.user):
                messages.warning(request, _("Operators sign in with a second step. Add one, then come back."))
                return redirect("mfa_index")
            return asked(request, *args, **kwargs)

        return answer

    def get_urls(self) -> list[Any]:
        """Return the index, and a list and a page for each model: neither Django's sign-in nor its other forms."""
        found: list[URLPattern | URLResolver] = [path("", self.admin_view(self.index), name="index")]
        for model, one in self._registry.items():
            found.append(path(f"{model._meta.app_label}/{model._meta.model_name}/", include(one.urls)))
        return [*found, path("<slug:app_label>/", self.admin_view(self.app_index), name="app_list")]


class NewestPaginator(AnyPaginator):
    """Counts no further than `COUNTED`."""

    @cached_property
    def count(self) -> int:
        """Return how many rows can be paged through."""
        rows: Any = self.object_list
        return int(rows[:COUNTED].count())


class Reader(AnyModelAdmin):
    """Shows rows, newest first. `fields` names what is shown of one; links lead to what belongs to it."""

    ordering = ("-pk",)
    paginator = NewestPaginator
    list_per_page = list_max_show_all = 50
    list_select_related = True
    show_full_result_count = False
    change_form_template = "admin/reader.html"

    def get_urls(self) -> list[URLPattern]:
        """Return the list and the page of one row."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        opened = self.admin_site.admin_view
        return [
            path("", opened(self.changelist_view), name=f"{name}_changelist"),
            path("<int:object_id>/change/", opened(self._row), name=f"{name}_change"),
        ]

    def _row(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        found: HttpResponseBase = self.change_view(request, str(object_id))
        return found

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let operators read."""
        return bool(self.admin_site.has_permission(request))

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    has_change_permission = has_delete_permission = has_add_permission
