"""What is wrong with a round, as the reviewer meets it: the whole round first, then body by body, each with a link."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse

from budgets.invoice_drafts import Draft, Round
from budgets.invoice_faults import Fault
from budgets.models import Invoicing
from plans import permissions
from plans.models import Organisation

TERMS_FIELDS = {
    "terms": "",
    "seller_address": "#id_seller_address",
    "vat_text": "#id_vat_text",
    "seller_endpoint": "#id_endpoint",
    "seller_contact": "#id_contact_name",
}
RECIPIENT_FIELDS = {
    "address": "#id_address",
    "reference": "#id_reference",
    "endpoint": "#id_endpoint",
    "email": "#id_email",
}
DECISIONS = ("not_adopted", "decided_on_paper")
LINKS = {
    "terms": "Fyll i villkoren",
    **dict.fromkeys(("seller_address", "vat_text", "seller_endpoint", "seller_contact"), "Till villkoren"),
    **dict.fromkeys(RECIPIENT_FIELDS, "Fyll i mottagaren"),
    "not_adopted": "Till besluten",
    "decided_on_paper": "Till besluten",
    "two_totals": "Se båda summorna",
    "number": "Till organisationen",
    "already": "Till organisationens fakturor",
}
REMARKS = {"email": "{count} saknar e-postadress för fakturor och får sin faktura på annat sätt:"}


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A fault with the page where it is mended: ``link`` is what it says; empty where the reader may not."""

    text: str
    hint: str
    link: str
    url: str


@dataclass(frozen=True, slots=True)
class BodyFaults:
    """What keeps back the invoices of bodies that all lack the same; each has the link to where it is mended."""

    heading: str
    bodies: tuple[tuple[str, str], ...]
    faults: tuple[ShownFault, ...]

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The bodies to be named one by one; a body by itself is the heading."""
        return self.bodies if len(self.bodies) > 1 else ()


@dataclass(frozen=True, slots=True)
class SharedRemark:
    """Something worth knowing about several bodies, each with a link."""

    text: str
    bodies: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReviewList:
    """``whole`` and ``bodies`` hinder; ``remarks`` and ``shared`` are good to know."""

    whole: tuple[ShownFault, ...]
    bodies: tuple[BodyFaults, ...]
    waiting: tuple[str, ...]
    remarks: tuple[ShownFault, ...]
    shared: tuple[SharedRemark, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.whole or self.bodies or self.remarks or self.shared)

    @property
    def hinders(self) -> bool:
        return bool(self.whole or self.bodies)


def review_list(found: Round, user) -> ReviewList:
    """Return the review list of a round, with links to what ``user`` may mend."""
    links = _Links(found.invoicing, user)
    waiting = [draft for draft in found.drafts if draft.is_waiting]
    return ReviewList(
        whole=tuple(links.shown(fault) for fault in found.faults if fault.is_blocking),
        bodies=tuple(_grouped(waiting, links)),
        waiting=tuple(draft.organisation.short_name for draft in waiting),
        remarks=tuple(links.shown(fault) for fault in found.faults if not fault.is_blocking),
        shared=tuple(_shared(found.drafts, links)),
    )


def faults_of(draft: Draft, invoicing: Invoicing, user) -> tuple[ShownFault, ...]:
    """Return all that is wrong with or worth knowing about one draft."""
    links = _Links(invoicing, user)
    own = draft.organisation
    return _once(links.shown(fault, own, place=own) for fault in draft.faults)


def _grouped(drafts: Iterable[Draft], links: "_Links") -> Iterable[BodyFaults]:
    """Return the bodies with the same faults together, so that 34 who lack an address are one line and not 34."""
    groups = defaultdict(list)
    for draft in drafts:
        words = tuple((fault.code, without_name(fault.text, draft.organisation)) for fault in draft.blocking)
        groups[words].append(draft)
    for found in groups.values():
        first = found[0]
        own = first.organisation if len(found) == 1 else None
        yield BodyFaults(
            heading=first.organisation.name if own else f"{len(found)} organisationer",
            bodies=tuple((each.organisation.short_name, links.of_draft(each)) for each in found),
            faults=_once(links.shown(fault, first.organisation, place=own) for fault in first.blocking),
        )


def _once(faults: Iterable[ShownFault]) -> tuple[ShownFault, ...]:
    """Leave out the link where the fault before has the same page."""
    shown, pages = [], set()
    for fault in faults:
        page = fault.url.partition("#")[0]
        shown.append(replace(fault, url="", link="") if page in pages else fault)
        pages.add(page)
    return tuple(shown)


def without_name(text: str, organisation: Organisation) -> str:
    """Return the sentence without the name that it begins with, which stands beside it."""
    text = text.removeprefix(organisation.name).removeprefix(":").strip()
    return f"{text[:1].upper()}{text[1:]}"


def _shared(drafts: Iterable[Draft], links: "_Links") -> list[SharedRemark]:
    bodies = defaultdict(list)
    for draft in drafts:
        for fault in draft.faults:
            if not fault.is_blocking and not draft.is_issued:
                bodies[fault.code].append((draft.organisation.short_name, links.of(fault.code, draft.organisation)))
    return [
        SharedRemark(REMARKS[code].format(count=_counted(len(found))), tuple(found)) for code, found in bodies.items()
    ]


def _counted(count: int) -> str:
    return "1 organisation" if count == 1 else f"{count} organisationer"


class _Links:
    """Where each kind of fault is mended."""

    def __init__(self, invoicing: Invoicing, user):
        self.invoicing, self.plan = invoicing, invoicing.version.plan
        self.may_issue = permissions.can_issue_invoices(user, self.plan.collaboration)
        self.may_administer = permissions.has_role(user, permissions.MANAGES_MASTER_DATA)

    def shown(
        self, fault: Fault, organisation: Organisation | None = None, *, place: Organisation | None = None
    ) -> ShownFault:
        """Return a fault, of one body or of the whole round; ``place`` is the body whose page it leads to."""
        url = self.of(fault.code, place)
        text = without_name(fault.text, organisation) if organisation else fault.text
        return ShownFault(text, fault.hint, LINKS.get(fault.code, "") if url else "", url)

    def of_draft(self, draft: Draft) -> str:
        """Return where the first fault of a body is mended."""
        return self.of(draft.blocking[0].code, draft.organisation)

    def of(self, code: str, organisation: Organisation | None = None) -> str:
        """Return the address where a fault of the kind is mended; empty where the reader may not mend it."""
        if code in TERMS_FIELDS and self.may_issue:
            return self._and_back(reverse("invoices:terms", args=[self.plan.collaboration.slug]), TERMS_FIELDS[code])
        if code in RECIPIENT_FIELDS and self.may_issue and organisation:
            return self._and_back(reverse("invoices:recipient", args=[organisation.slug]), RECIPIENT_FIELDS[code])
        if code in DECISIONS and organisation:
            return reverse("decisions:organisation", args=[self.plan.slug, organisation.code])
        if code in DECISIONS:
            return reverse("decisions:board", args=[self.plan.slug])
        if code == "two_totals":
            return reverse("portal:costs", args=[self.plan.slug, self.invoicing.year])
        if code == "number" and self.may_administer and organisation:
            return reverse("admin:plans_organisation_change", args=[organisation.pk])
        if code == "already" and organisation:
            return f"{reverse('invoices:list')}?organisation={organisation.slug}"
        return ""

    def _and_back(self, url: str, field: str) -> str:
        """Return the address with the round to come back to, and the field to begin in."""
        return f"{url}?omgang={self.invoicing.key}{field}"
