"""What an organisation has paid over the years."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from skane_digi.portal.members import members
from skane_digi.scenarios.history_page import history_page


def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the decided years to all, and the drafts' to those who may see them."""
    organisation = get_object_or_404(members(), slug=slug)
    return render(request, "scenarios/history.html", {"page": history_page(organisation, request.user)})
