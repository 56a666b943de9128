"""One's own account, and the invitations to others."""

import smtplib

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans import permissions
from plans.models import Collaboration
from plans.roles import Role
from skane_digi.accounts import invitations
from skane_digi.accounts.forms import AcceptanceForm, InvitationForm
from skane_digi.models import Invitation


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    roles = request.user.role_assignments.select_related("collaboration", "organisation")
    return render(request, "accounts/account.html", {"roles": roles})


def administered_collaborations(request: HttpRequest):
    """Return the collaborations that the reader administers, or answer 404 where there is none."""
    if not permissions.can_manage_accounts(request.user):
        raise Http404
    if request.user.is_superuser:
        return Collaboration.objects.all()
    return Collaboration.objects.filter(pk__in=permissions.collaborations_with(request.user, {Role.ADMINISTRATOR}))


def administered_invitations(collaborations):
    """Return the invitations whose every role lies in ``collaborations``."""
    others = Collaboration.objects.exclude(pk__in=collaborations)
    return Invitation.objects.exclude(roles__collaboration__in=others).with_people()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation_list(request: HttpRequest) -> HttpResponse:
    collaborations = administered_collaborations(request)
    form = InvitationForm(request.POST or None, collaborations=collaborations)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.invite(email=form.cleaned_data["email"], grants=form.grants(), by=request.user)
        except invitations.InvitationRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            send(request, invitation)
            return redirect("accounts:invitations")
    context = {"form": form, "invitations": administered_invitations(collaborations)}
    return render(request, "accounts/invitations.html", context, status=422 if form.errors else 200)


def send(request: HttpRequest, invitation: Invitation) -> None:
    """Send the letter and tell the reader how it went; an invitation whose letter stuck can be sent again."""
    path = reverse("accounts:accept", args=[invitations.token_of(invitation)])
    try:
        invitations.send_invitation(invitation, link=request.build_absolute_uri(path))
    except (smtplib.SMTPException, OSError):
        messages.error(request, f"Inbjudan till {invitation.email} finns, men brevet kunde inte skickas. Försök igen.")
    else:
        messages.success(request, f"Inbjudan är skickad till {invitation.email}.")


@require_POST
@never_cache
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(administered_invitations(administered_collaborations(request)), pk=pk)
    try:
        send(request, invitations.renew_invitation(invitation))
    except invitations.InvitationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:invitations")


@require_POST
@never_cache
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(administered_invitations(administered_collaborations(request)), pk=pk)
    try:
        invitations.withdraw_invitation(invitation)
    except invitations.InvitationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Inbjudan till {invitation.email} är återkallad.")
    return redirect("accounts:invitations")


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let the one who has the link open the account; the address is the invitation's and cannot be another."""
    invitation = invitations.invitation_of(token)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=410)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation_for_other.html", {"invitation": invitation}, status=409)
    form = AcceptanceForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = invitations.accept_invitation(
                invitation,
                first_name=data["first_name"],
                last_name=data["last_name"],
                password=data["password"],
            )
        except invitations.InvitationRefused:
            return render(request, "accounts/invitation_over.html", status=410)
        return perform_login(request, user, redirect_url=reverse("accounts:account"))
    context = {"invitation": invitation, "form": form}
    return render(request, "accounts/accept.html", context, status=422 if form.errors else 200)
