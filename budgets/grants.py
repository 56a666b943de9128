"""State grants: what each receiver has been given as printed, beside what the rule gives. Kronor as ``Decimal``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.db.models import Prefetch, Q, QuerySet

from budgets.grant_distribution import ComputedShare, Distribution, distribute
from budgets.grant_figures import RECEIVING, figures_of
from budgets.models import (
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from budgets.money import format_kr
from plans.models import Organisation

Receivers = GrantAmount.Receivers
ROUNDING = Decimal(1)


class Standing(Enum):
    """What a printed share is beside the computed one; the value is the Swedish word."""

    EQUAL = "lika"
    DIFFERS = "skiljer sig"
    NOT_COMPUTABLE = "kan inte räknas"
    NOT_GIVEN = "ingen tilldelning"


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """One organisation's part of one grant amount: ``share`` as printed, ``computed`` by the rule.

    Either may be missing. ``why`` says in Swedish what differs, or why nothing could be computed.
    """

    grant_amount: GrantAmount
    share: GrantShare | None
    computed: ComputedShare | None
    standing: Standing
    why: str

    @property
    def printed(self) -> Decimal | None:
        return self.share.amount if self.share else None

    @property
    def difference(self) -> Decimal | None:
        """What is printed less what is computed."""
        return self.share.amount - self.computed.amount if self.share and self.computed else None


@dataclass(frozen=True, slots=True)
class AreaOutcome:
    """An organisation's parts of one development area, and the measures it takes with them."""

    area: GrantArea
    parts: tuple[PartOutcome, ...]
    measures: tuple[GrantMeasure, ...]

    @property
    def printed(self) -> Decimal:
        """What the organisation has been given in the area, as printed."""
        return sum((part.printed for part in self.parts if part.share), Decimal(0))

    @property
    def has_shares(self) -> bool:
        """Whether the organisation has been given anything at all in the area."""
        return any(part.share for part in self.parts)

    @property
    def charged(self) -> Decimal:
        """What the measures that name an amount are charged with."""
        return sum((measure.amount for measure in self.measures if measure.amount is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one organisation receives of an agreement."""

    agreement: GrantAgreement
    organisation: Organisation
    areas: tuple[AreaOutcome, ...]

    @property
    def parts(self) -> tuple[PartOutcome, ...]:
        return tuple(part for area in self.areas for part in area.parts)

    @property
    def printed(self) -> Decimal:
        return sum((area.printed for area in self.areas), Decimal(0))

    @property
    def differing(self) -> tuple[PartOutcome, ...]:
        return tuple(part for part in self.parts if part.standing == Standing.DIFFERS)


@dataclass(frozen=True, slots=True)
class GrantTotals:
    """An agreement's amounts summed up per area and per group of receivers, against what it states in all."""

    by_area: Mapping[int, Mapping[str, Decimal]]
    by_group: Mapping[str, Decimal]
    total: Decimal
    stated: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What the amounts are together less what the agreement states; ``None`` where it states nothing."""
        return None if self.stated is None else self.total - self.stated


def fetch_agreement(slug: str) -> GrantAgreement | None:
    """Return an agreement with areas, amounts, shares, conditions and duties, in a constant number of queries."""
    shares = GrantShare.objects.select_related("organisation").order_by("organisation__code")
    amounts = GrantAmount.objects.select_related(
        "area",
        "allocation_key__measured_by",
        "figure_set__allocation_key",
        "figure_set__parts_from",
        "earlier_set__allocation_key",
        "earlier_set__parts_from",
    ).prefetch_related("allocation_key__components__part__measured_by", Prefetch("shares", shares))
    return (
        GrantAgreement.objects.filter(slug=slug)
        .select_related("collaboration")
        .prefetch_related(
            Prefetch("areas", GrantArea.objects.order_by("position", "pk")),
            Prefetch("areas__amounts", amounts.order_by("position", "pk")),
            Prefetch("conditions", GrantCondition.objects.select_related("area").order_by("position", "pk")),
            Prefetch("duties", GrantDuty.objects.select_related("area").order_by("due_on", "pk")),
        )
        .first()
    )


def amounts_of(agreement: GrantAgreement) -> list[GrantAmount]:
    """Return an agreement's amounts, area by area."""
    return [amount for area in agreement.areas.all() for amount in area.amounts.all()]


def receivers_of(agreement: GrantAgreement) -> list[Organisation]:
    """Return the organisations with a share that is printed, by code."""
    found = {
        share.organisation.code: share.organisation for each in amounts_of(agreement) for share in each.shares.all()
    }
    return [found[code] for code in sorted(found)]


def organisations_of(agreement: GrantAgreement) -> QuerySet[Organisation]:
    """Return those who have been given something, who take measures with it, or who are members here."""
    given = Q(grant_shares__grant_amount__area__agreement=agreement)
    acting = Q(grant_measures__area__agreement=agreement)
    return Organisation.objects.filter(
        given | acting | Q(memberships__collaboration=agreement.collaboration_id)
    ).distinct()


def fundings_of(agreement: GrantAgreement, organisation: Organisation) -> QuerySet[GrantFunding]:
    """Return what an organisation's shares pay of budget lines, with lines, plans and parts."""
    own = GrantFunding.objects.filter(share__grant_amount__area__agreement=agreement, share__organisation=organisation)
    return own.select_related("share__grant_amount__area", "budget_line__focus_area__plan").order_by(
        "share__grant_amount__area__position", "share__grant_amount__position", "budget_line__year", "pk"
    )


def totals_of(agreement: GrantAgreement) -> GrantTotals:
    """Sum up what the agreement gives, per area and group of receivers."""
    by_area: dict[int, dict[str, Decimal]] = {area.pk: defaultdict(Decimal) for area in agreement.areas.all()}
    by_group: dict[str, Decimal] = defaultdict(Decimal)
    for amount in amounts_of(agreement):
        by_area[amount.area_id][amount.receivers] += amount.amount
        by_group[amount.receivers] += amount.amount
    return GrantTotals(by_area, by_group, sum(by_group.values(), Decimal(0)), agreement.total_amount)


def distributions_of(agreement: GrantAgreement) -> dict[int, Distribution]:
    """Return how each amount is distributed, by the amount's id."""
    amounts = amounts_of(agreement)
    organisations = {each.code: each for each in Organisation.objects.order_by("code")}
    figures = figures_of(amounts, organisations)
    return {amount.pk: distribute(amount, figures.get(amount.pk)) for amount in amounts}


def outcome_of(agreement: GrantAgreement, organisation: Organisation) -> Outcome:
    """Return what ``organisation`` has been given, beside what the rules give it."""
    return outcomes_of(agreement, [organisation])[0]


def outcomes_of(agreement: GrantAgreement, organisations: Iterable[Organisation]) -> list[Outcome]:
    """Return the outcome of many organisations, in a number of queries that does not grow with them."""
    organisations = list(organisations)
    distributions = distributions_of(agreement)
    measures: dict[tuple[int, int], list[GrantMeasure]] = defaultdict(list)
    rows = GrantMeasure.objects.filter(area__agreement=agreement, organisation__in=organisations)
    for measure in rows.order_by("position", "pk"):
        measures[measure.area_id, measure.organisation_id].append(measure)
    return [
        Outcome(
            agreement,
            organisation,
            tuple(
                AreaOutcome(area, parts, tuple(measures[area.pk, organisation.pk]))
                for area in agreement.areas.all()
                if (parts := tuple(_parts(area, organisation, distributions))) or measures[area.pk, organisation.pk]
            ),
        )
        for organisation in organisations
    ]


def _parts(area: GrantArea, organisation: Organisation, distributions: Mapping[int, Distribution]):
    for amount in area.amounts.all():
        share = next((each for each in amount.shares.all() if each.organisation_id == organisation.pk), None)
        if share or organisation.kind in RECEIVING[amount.receivers]:
            yield _part(amount, share, organisation, distributions[amount.pk])


def _part(
    amount: GrantAmount, share: GrantShare | None, organisation: Organisation, distribution: Distribution
) -> PartOutcome:
    computed = distribution.shares.get(organisation.code)
    if computed is None:
        why = distribution.why_not or f"Nyckeltalen har inget värde för {organisation.name}."
        standing = Standing.NOT_COMPUTABLE if share else Standing.NOT_GIVEN
        return PartOutcome(amount, share, None, standing, why)
    if share is None:
        return PartOutcome(amount, None, computed, Standing.NOT_GIVEN, "Ingen tilldelning är inlagd.")
    if share.amount == computed.amount:
        return PartOutcome(amount, share, computed, Standing.EQUAL, "")
    return PartOutcome(
        amount, share, computed, Standing.DIFFERS, _why_differs(share.amount - computed.amount, distribution)
    )


def _why_differs(difference: Decimal, distribution: Distribution) -> str:
    direction = "mer" if difference > 0 else "mindre"
    sentence = f"Det tryckta är {format_kr(abs(difference))} {direction} än vad regeln ger."
    if abs(difference) > ROUNDING or not distribution.rest_count:
        return sentence
    return f"{sentence} Det kan bero på avrundningen, för de övriga mottagarnas andelar är inte kända var för sig."
