"""What the pages of the papers show, as one reader may see it."""

from dataclasses import dataclass

from django.urls import reverse

from plans import lifecycle, permissions
from plans.models import Collaboration, Organisation, PaperText, Plan, PlanVersion
from skane_digi.documents.richtext import parse_html
from skane_digi.documents.tree import RichText
from skane_digi.models import PaperBatch
from skane_digi.papers.batches import Progress, progress_of
from skane_digi.papers.forms import OrderForm
from skane_digi.papers.standard_texts import MUNICIPALITY, REGION, SLOTS, Slot
from skane_digi.papers.tree import Format, Kind

FOR_ALL = "alla"
WHOSE = {REGION: "Regionen", MUNICIPALITY: "Kommunerna"}


@dataclass(frozen=True, slots=True)
class Link:
    """A paper to fetch; ``words`` say which one where the link stands by itself."""

    label: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class OrganisationPapers:
    """An organisation's own papers: for each kind its links, one for each format."""

    organisation: Organisation
    kinds: tuple[tuple[Kind, tuple[Link, ...]], ...]


@dataclass(frozen=True, slots=True)
class PapersPage:
    """``version`` is ``None`` while the plan is not frozen, ``order_form`` for those who may not order for all."""

    plan: Plan
    version: PlanVersion | None
    versions: tuple[PlanVersion, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[OrganisationPapers, ...]
    register: tuple[Link, ...]
    order_form: OrderForm | None
    progress: Progress | None
    may_edit_texts: bool

    @property
    def returned(self) -> bool:
        return bool(self.version) and self.version.round.state == self.version.round.State.RETURNED


def has_papers(user, plan: Plan) -> bool:
    """Whether ``user`` may have any organisation's papers."""
    own = permissions.paper_organisations(user, plan)
    return own is None or (bool(own) and plan.versions.exists())


def version_to_show(plan: Plan, user, number: str = "") -> PlanVersion | None:
    """Return the version of that number, the latest one without it; ``None`` where ``user`` may see no such one."""
    if not number:
        version = lifecycle.current_version(plan)
    elif number.isascii() and number.isdigit() and len(number) <= 4:
        version = plan.versions.without_files().select_related("plan", "round").filter(number=int(number)).first()
    else:
        version = None
    return version if version and permissions.can_view_version(user, version) else None


def organisations_for(user, version: PlanVersion) -> list[Organisation]:
    """Return the organisations whose papers of ``version`` the reader may have: all that decide, or their own."""
    deciding = Organisation.objects.by_name().filter(code__in=version.member_codes)
    own = permissions.paper_organisations(user, version.plan)
    return list(deciding if own is None else deciding.filter(pk__in=own))


def papers_page(plan: Plan, user, version: PlanVersion | None, *, order_form: OrderForm | None = None) -> PapersPage:
    may_order = permissions.can_order_papers(user, plan)
    kinds = tuple(kind for kind in Kind if not kind.is_for_all)
    latest = PaperBatch.objects.filter(version=version, ordered_by=user).first() if version and may_order else None
    return PapersPage(
        plan=plan,
        version=version,
        versions=_versions(plan, user),
        kinds=kinds,
        rows=_rows(user, version, kinds) if version else (),
        register=_links(version, Kind.REGISTER, None) if version else (),
        order_form=(order_form or OrderForm()) if version and may_order else None,
        progress=progress_of(latest) if latest else None,
        may_edit_texts=permissions.can_edit_paper_texts(user, plan.collaboration_id),
    )


def _versions(plan: Plan, user) -> tuple[PlanVersion, ...]:
    found = plan.versions.without_files().select_related("round").order_by("-number")
    return tuple(version for version in found if permissions.can_view_version(user, version))


def _rows(user, version: PlanVersion, kinds: tuple[Kind, ...]) -> tuple[OrganisationPapers, ...]:
    return tuple(
        OrganisationPapers(organisation, tuple((kind, _links(version, kind, organisation)) for kind in kinds))
        for organisation in organisations_for(user, version)
    )


def _links(version: PlanVersion, kind: Kind, organisation: Organisation | None) -> tuple[Link, ...]:
    code = organisation.code if organisation else FOR_ALL
    whose = f" för {organisation.name}" if organisation else ""
    return tuple(
        Link(
            format_.label,
            f"{kind.label}{whose}",
            f"{reverse('papers:paper', args=[version.plan.slug, code, kind, format_])}?version={version.number}",
        )
        for format_ in Format
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """A passage as it is worded for one kind of organisation. ``state`` says in Swedish whose words they are."""

    slot: Slot
    kind: str
    whose: str
    text: RichText
    is_own: bool
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class SlotWordings:
    slot: Slot
    wordings: tuple[Wording, ...]


def wordings_of(collaboration: Collaboration) -> tuple[tuple[Kind, tuple[SlotWordings, ...]], ...]:
    """Return every passage by the paper it stands in."""
    own = {(row.slot, row.kind): row for row in PaperText.objects.filter(collaboration=collaboration)}
    return tuple(
        (
            paper,
            tuple(
                SlotWordings(
                    slot,
                    tuple(_wording(collaboration, slot, kind, own.get((slot.key, kind))) for kind in WHOSE),
                )
                for slot in SLOTS
                if slot.paper is paper
            ),
        )
        for paper in Kind
        if any(slot.paper is paper for slot in SLOTS)
    )


def _wording(collaboration: Collaboration, slot: Slot, kind: str, row: PaperText | None) -> Wording:
    html = row.text if row else slot.standard(kind)
    state = "Standardtext" if row is None else "Egen text" if html else "Utelämnas"
    address = reverse("papers:text", args=[collaboration.slug, slot.key, kind])
    return Wording(slot, kind, WHOSE[kind], parse_html(html), row is not None, state, address)
