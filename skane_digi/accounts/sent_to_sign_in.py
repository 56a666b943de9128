"""Where one without an account is sent who asks for a page behind a door."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect


def sent_to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """Send to the sign-in page and back: with what the address asks for, unless that was to change something."""
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else request.path)
