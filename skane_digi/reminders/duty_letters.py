"""What a reminder of a report that is owed says."""

import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from skane_digi.models import GrantLetter
from skane_digi.reminders.due_duties import DutyLetter
from skane_digi.reminders.letters import absolute, addressed, turn_off_address
from skane_digi.reminders.occasions import time_left


def duty_message(letter: GrantLetter, due: DutyLetter, *, on: datetime.date) -> EmailMessage:
    """Return the letter as it is sent on the day ``on``. Raises ``SiteAddressMissing``."""
    duty, turn_off = due.duty, turn_off_address(due.person, on=on)
    # A name that was pasted or imported may have line breaks, which no letter's subject can hold.
    name, agreement = " ".join(duty.name.split()), " ".join(str(duty.agreement).split())
    should = "ska" if on <= duty.due_on else "skulle"
    context = {
        "person": due.person,
        "duty": duty,
        "agreement": duty.agreement,
        "owed": f"{name} {should} lämnas till {duty.report_to} senast {duty.due_on}, {time_left(duty.due_on, on)}.",
        "responsible": duty.responsible or duty.agreement.responsible,
        "role": due.role.label,
        "link": f"{absolute(reverse('grants:edit', args=[duty.agreement.slug]))}#redovisning",
        "turn_off": turn_off,
        "operator": settings.OPERATOR,
    }
    title = f"Påminnelse: {name} {should} redovisas senast {duty.due_on} ({agreement})"
    body = render_to_string("reminders/email/duty.txt", context)
    return addressed(letter, title=title, body=body, turn_off=turn_off)
