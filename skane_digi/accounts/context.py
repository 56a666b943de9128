"""What every page's head asks about the one who reads it."""

from django.http import HttpRequest

from plans import permissions


def reader(request: HttpRequest) -> dict:
    """Offer the links that the reader may follow; nothing is asked of the database unless a template does."""
    user = getattr(request, "user", None)
    return {
        "can_enter_administration": lambda: permissions.can_enter_administration(user),
        "can_view_rules": lambda: permissions.can_view_rules(user),
        "can_view_invoices": lambda: permissions.can_view_invoices(user),
        "can_view_all_invoices": lambda: permissions.can_view_all_invoices(user),
        "can_manage_accounts": lambda: permissions.can_manage_accounts(user),
    }
