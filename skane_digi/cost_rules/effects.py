"""What another rule does to what each organisation pays: now, then and the difference, by the engine itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.allocation import AllocationError
from budgets.money import MINUS, format_amount
from budgets.shares import PlanAllocation, SharingMember, share_year
from budgets.year_basis import YearBasis
from plans.collation import swedish_key
from plans.models import Organisation

SAME = "oförändrat"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A year shared, or the sentence that says why it cannot be."""

    shared: PlanAllocation | None
    fault: str = ""


NOTHING = Outcome(None)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An organisation's, a party's or everyone's kronor now and then; ``None`` where it is not among those who share.

    ``account`` says how what it pays then is worked out.
    """

    name: str
    now: Decimal | None
    then: Decimal | None
    slug: str = ""
    account: str = ""

    @property
    def change(self) -> Decimal:
        return (self.then or Decimal(0)) - (self.now or Decimal(0))

    @property
    def now_text(self) -> str:
        return format_amount(self.now, decimals=2)

    @property
    def then_text(self) -> str:
        return format_amount(self.then, decimals=2)

    @property
    def change_text(self) -> str:
        """The difference with its sign, ``+1 234,00``; a word where there is none."""
        if not self.change:
            return SAME
        sign = "+" if self.change > 0 else MINUS
        return sign + format_amount(abs(self.change), decimals=2)


@dataclass(frozen=True, slots=True)
class Effect:
    """A table of what becomes of each organisation. ``heading`` says of what; a ``fault`` is shown in its place.

    ``notes`` are sentences on what the calculation has taken for granted.
    """

    heading: str
    now_label: str
    then_label: str
    rows: tuple[EffectRow, ...] = ()
    parties: tuple[EffectRow, ...] = ()
    total: EffectRow | None = None
    fault: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_now(self) -> bool:
        return bool(self.total) and self.total.now is not None

    @property
    def lead(self) -> str:
        """How many pay more and less, in one sentence."""
        if not self.has_now:
            return ""
        more = sum(row.change > 0 for row in self.rows)
        less = sum(row.change < 0 for row in self.rows)
        if not more and not less:
            return "Ingen organisation betalar något annat än nu."
        return f"{_organisations(more)} betalar mer och {_organisations(less, small=True)} mindre."


def shared_or_fault(basis: YearBasis | None, total: Decimal | None = None) -> Outcome:
    """Share the year, or ``total`` kronor by its rule."""
    if basis is None:
        return Outcome(None, "Det finns inget att räkna på än.")
    try:
        return Outcome(share_year(basis, total=total))
    except AllocationError as error:
        return Outcome(None, str(error))


def effect_of(
    now: Outcome, then: Outcome, *, heading: str, now_label: str, then_label: str, notes: tuple[str, ...] = ()
) -> Effect:
    """Return the table of ``then`` beside ``now``; where only ``now`` cannot be shared, of ``then`` alone."""
    words = {"heading": heading, "now_label": now_label, "then_label": then_label}
    if then.shared is None:
        return Effect(**words, fault=then.fault, notes=notes)
    if now.fault:
        notes = (*notes, f"Det finns inget att jämföra med. {now.fault}")
    members = _members(now.shared, then.shared)
    in_order = sorted(members.items(), key=lambda pair: _by_name(pair[1]))
    rows = tuple(
        EffectRow(
            member.organisation.short_name,
            _amount(now.shared, code),
            _amount(then.shared, code),
            member.organisation.slug,
            then.shared.sentence(code) if code in then.shared.member_by_code else "",
        )
        for code, member in in_order
    )
    parties = {member.party.slug: member.party.name for _, member in in_order}
    party_rows = tuple(
        EffectRow(name, now.shared.party_amount(slug) if now.shared else None, then.shared.party_amount(slug))
        for slug, name in parties.items()
    )
    total = EffectRow("Summa", now.shared.total if now.shared else None, then.shared.total)
    return Effect(**words, rows=rows, parties=party_rows, total=total, notes=notes)


def _members(now: PlanAllocation | None, then: PlanAllocation) -> Mapping[str, SharingMember]:
    found = {member.code: member for member in then.members}
    for member in now.members if now else ():
        found.setdefault(member.code, member)
    return found


def _by_name(member: SharingMember) -> tuple:
    """Regions first, then the municipalities by the Swedish alphabet."""
    organisation = member.organisation
    return organisation.kind != Organisation.Kind.REGION, swedish_key(organisation.short_name)


def _amount(shared: PlanAllocation | None, code: str) -> Decimal | None:
    return shared.amount(code) if shared and code in shared.member_by_code else None


def _organisations(count: int, *, small: bool = False) -> str:
    if not count:
        return "ingen" if small else "Ingen organisation"
    if small:
        return str(count)
    return f"{count} organisation" if count == 1 else f"{count} organisationer"
