"""The letters of a referral round: to the registrars and readers of each member."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from plans.models import Organisation, Referral, RoleAssignment
from plans.referring import members_on
from plans.roles import ROLES_WITH_ORGANISATION


def send_referral_letters(
    referral: Referral, *, link: str, to: Iterable[Organisation] | None = None, is_reminder: bool = False
) -> int:
    """Send a letter of its own to everyone who speaks for one of the organisations, and return how many.

    ``link`` is the absolute address of the referral's page. Without ``to`` every member is written to. Call it when the
    round has been committed. Raises what the mail backend does.
    """
    members = {organisation.pk for organisation in (members_on(referral) if to is None else to)}
    letters = [
        EmailMessage(_title(referral, is_reminder), _body(referral, person, own, link, is_reminder), to=[person.email])
        for person, own in _speakers(referral, members)
    ]
    get_connection().send_messages(letters)
    return len(letters)


def _speakers(referral: Referral, members: set[int]):
    roles = RoleAssignment.objects.filter(
        role__in=ROLES_WITH_ORGANISATION,
        collaboration=referral.plan.collaboration_id,
        organisation__in=members,
        person__is_active=True,
    ).exclude(person__email="")
    own = defaultdict(set)
    for role in roles.select_related("person", "organisation"):
        own[role.person].add(role.organisation.name)
    return [(person, sorted(names)) for person, names in own.items()]


def _title(referral: Referral, is_reminder: bool) -> str:
    # A title that was pasted or imported may have line breaks, which no letter's subject can hold.
    title = f"Remiss: {' '.join(referral.plan.title.split())}, svar senast {referral.due_on}"
    return f"Påminnelse. {title}" if is_reminder else title


def _body(referral: Referral, person, organisations: list[str], link: str, is_reminder: bool) -> str:
    context = {
        "referral": referral,
        "plan": referral.plan,
        "person": person,
        "organisations": organisations,
        "link": link,
        "is_reminder": is_reminder,
        "operator": settings.OPERATOR,
    }
    return render_to_string("workspace/email/referral.txt", context)
