"""The site of the administration: entered by role, and by the same sign-in as everything else."""

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from plans.permissions import can_enter_administration


class Administration(AdminSite):
    site_header = site_title = "Skånegemensam digitalisering"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        return can_enter_administration(request.user)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send the reader to the site's own sign-in, where the second factor is asked for.

        Who is signed in without a role here is told that there is no such page.
        """
        index = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or index)
        if not self.has_permission(request):
            raise Http404
        return redirect(index)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("account_change_password")
