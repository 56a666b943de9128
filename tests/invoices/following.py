"""What the tests of following up share: people, rounds that are due or not, letters and payments."""

import datetime
from decimal import Decimal

from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from budgets.models import Invoice, Invoicing, Payment, Settlement
from plans.models import Organisation
from plans.roles import Role
from skane_digi.models import InvoiceSending
from tests import factories as make
from tests import invoice_factories as invoices

FAR_AWAY = datetime.date(2999, 1, 31)
SENT_AT = datetime.datetime(2024, 4, 2, 8, 0, tzinfo=datetime.UTC)
# The parts of 3 000 kr in the small world: the region half of it, and the municipalities by 10, 20 and 30 inhabitants.
SHARES = {"91": "1500.00", "9101": "250.00", "9102": "500.00", "9103": "750.00"}
READS_ALL = ("administrator", "editor", "chair", "economist", "auditor")
EVERYONE = ("anonymous", "roleless", "reader of none", *Role.values)


def make_user_with(role: str, code: str = "9101"):
    """Return a person with the role; a registrar and a reader are those of the organisation with ``code``."""
    name = role.replace(" ", "-")
    user = make.make_user(f"{name}-{code}@uppfoljning.example", first_name="Uppe", last_name=role.capitalize())
    if role == "reader of none":
        make.make_role(user, Role.READER)
    elif role in (Role.REGISTRAR, Role.READER):
        make.make_role(user, role, organisation=Organisation.objects.get(code=code))
    elif role != "roleless":
        make.make_role(user, role)
    return user


def sign_in(client, role: str, code: str = "9101"):
    """Sign ``client`` in as one with the role, unless as ``anonymous``."""
    if role == "anonymous":
        return None
    user = make_user_with(role, code)
    client.force_login(user)
    return user


def due_round(**fields) -> Invoicing:
    """An issued round whose last day has passed long ago."""
    return invoices.make_issued_round(**fields)


def coming_round(**fields) -> Invoicing:
    """An issued round that nobody is late with."""
    return invoices.make_issued_round(due_on=FAR_AWAY, **fields)


def invoice_of(invoicing: Invoicing, code: str = "9101") -> Invoice:
    return invoicing.invoices.originals().get(organisation__code=code)


def send(invoice: Invoice, occasion: str = "original", **fields) -> InvoiceSending:
    values = {"address": "faktura@example.org", "claimed_at": SENT_AT, "sent_at": SENT_AT, **fields}
    return InvoiceSending.objects.create(invoice=invoice, occasion=occasion, **values)


def pay(invoice: Invoice, amount: str | Decimal | None = None, **fields) -> Settlement:
    """Pay ``amount`` of the invoice, or all of it."""
    amount = invoice.payable_amount if amount is None else Decimal(amount)
    values = {"received_on": datetime.date(2024, 4, 20), "payer": invoice.organisation.name, **fields}
    payment = Payment.objects.create(collaboration=invoice.collaboration, amount=amount, **values)
    return Settlement.objects.create(payment=payment, invoice=invoice, amount=amount, settled_at=timezone.now())


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words_of(response) -> str:
    """The text of a page, with ordinary spaces."""
    return " ".join(soup_of(response).main.get_text(" ").replace("\u202f", " ").replace("\xa0", " ").split())


def at(name: str, *args) -> str:
    return reverse(f"invoices:{name}", args=args)
