"""What is wrong with a round of invoices before it is issued: said in Swedish, with how to mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from budgets.cost_tables import LINES
from budgets.frozen_shares import FrozenYear
from budgets.models import InvoiceRecipient, Invoicing, InvoicingTerms
from budgets.models.invoicing import Endpoint
from budgets.money import format_kr
from plans.models import DecisionRound, Organisation, PlanVersion
from plans.organisation_numbers import fault_in, has_right_check_digit
from plans.register import Entry


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: ``text`` says what and ``hint`` how to mend it. One that ``is_blocking`` hinders the invoice."""

    code: str
    text: str
    hint: str = ""
    is_blocking: bool = True


def round_faults(
    version: PlanVersion, years: Iterable[FrozenYear], invoicing: Invoicing, terms: InvoicingTerms | None
) -> list[Fault]:
    """Return what is wrong with a round as a whole. ``years`` are the frozen ones of its year, on each basis."""
    faults = []
    if version.round.state != DecisionRound.State.ADOPTED:
        text = f"{version} är inte fastställd: {version.round.get_state_display()}."
        faults.append(Fault("not_adopted", text, "Fakturera den version som gäller."))
    elif version.is_as_printed:
        text = "Planen är beslutad på papper, och alla huvudmäns beslut finns inte i registret."
        faults.append(Fault("decided_on_paper", text, "Se efter att alla har beslutat.", is_blocking=False))
    faults += _two_totals(list(years), invoicing)
    if terms is None:
        return [
            *faults,
            Fault("terms", "Faktureringsvillkor saknas.", "Fyll i vem som fakturerar och hur man betalar."),
        ]
    if not (terms.seller_address and terms.seller_postal_code and terms.seller_city):
        text = f"{terms.seller_name} saknar adress, och den ska stå på en faktura."
        faults.append(Fault("seller_address", text, "Fyll i adressen i faktureringsvillkoren."))
    if terms.vat_category != InvoicingTerms.VatCategory.STANDARD and not terms.vat_text:
        text = "Momstexten saknas: fakturorna säger inte varför ingen moms tas ut."
        faults.append(Fault("vat_text", text, "Fyll i momstexten i faktureringsvillkoren."))
    if terms.endpoint and (fault := endpoint_fault(terms.endpoint_scheme, terms.endpoint)):
        faults.append(Fault("seller_endpoint", fault, "Rätta den i faktureringsvillkoren."))
    if not (terms.contact_name and terms.contact_email):
        text = "Fakturorna säger inte vem man frågar."
        faults.append(Fault("seller_contact", text, "Fyll i kontaktperson och e-post.", is_blocking=False))
    return faults


def body_faults(organisation: Organisation, recipient: InvoiceRecipient | None) -> list[Fault]:
    """Return what is missing or wrong about one that is to pay."""
    name, faults = organisation.name, []
    number = organisation.organisation_number
    if not number:
        faults.append(Fault("number", f"{name} saknar organisationsnummer.", "Fyll i det i administrationen."))
    elif wrong := fault_in(number):
        faults.append(Fault("number", f"{name} har organisationsnumret {number}, som är fel. {wrong}"))
    if recipient is None or not (recipient.address and recipient.postal_code and recipient.city):
        faults.append(Fault("address", f"{name} saknar fakturaadress.", "Fyll i adress, postnummer och postort."))
    if recipient is None or not (recipient.reference or recipient.order_reference):
        text = f"{name} saknar köparens referens. Utan den tas en e-faktura inte emot."
        faults.append(Fault("reference", text, "Fyll i den referens som kommunen eller regionen har angett."))
    if recipient and recipient.endpoint and (wrong := endpoint_fault(recipient.endpoint_scheme, recipient.endpoint)):
        faults.append(Fault("endpoint", f"{name}: {wrong}", "Rätta den eller lämna den tom."))
    if recipient is None or not recipient.email:
        text = f"{name} saknar e-postadress, så fakturan kan inte skickas med e-post."
        faults.append(Fault("email", text, "Fyll i en adress, eller skicka fakturan på annat sätt.", is_blocking=False))
    return faults


def fault_of_decision(entry: Entry | None) -> list[Fault]:
    """Return that a body has not adopted the plan, where the register says so."""
    if entry is None or entry.has_adopted:
        return []
    text = f"{entry.organisation.name} har inte antagit planen: {entry.standing_text.lower()}."
    return [Fault("not_adopted", text, "Registrera beslutet först.")]


def endpoint_fault(scheme: str, endpoint: str) -> str:
    """Return what is wrong with an address in Peppol, in Swedish; empty where nothing is."""
    if scheme == Endpoint.GLN:
        if not re.fullmatch(r"[0-9]{13}", endpoint) or not _has_right_gln(endpoint):
            return f"GLN {endpoint} ska ha tretton siffror, och den sista är en kontrollsiffra."
    elif not re.fullmatch(r"[0-9]{10}", endpoint) or not has_right_check_digit(endpoint):
        return f"E-adressen {endpoint} ska vara ett organisationsnummer, tio siffror utan bindestreck."
    return ""


def _has_right_gln(number: str) -> bool:
    """Whether GS1's check digit is right: every other digit from the right weighs three."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _two_totals(years: list[FrozenYear], invoicing: Invoicing) -> list[Fault]:
    if len(years) < 2:
        return []
    by_basis = {year.basis: year.total for year in years}
    printed = next(total for basis, total in by_basis.items() if basis != LINES)
    text = (
        f"Planen har två summor för {invoicing.year}: budgetposterna ger {format_kr(by_basis[LINES])}, "
        f"den tryckta är {format_kr(printed)}. Fakturorna följer {invoicing.get_basis_display()}."
    )
    return [Fault("two_totals", text, "Se efter vilken av dem som huvudmännen har beslutat.", is_blocking=False)]
