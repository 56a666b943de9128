"""What of a grant has been received, committed, used and is left: per share, area, organisation and in all. Kronor."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.db.models import F, Value

from budgets.models import GrantAgreement, GrantFunding, GrantMeasure, GrantShare
from budgets.money import format_kr

RECEIVED, LINES, MEASURES = "received", "lines", "measures"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of one level: what is received, committed to budget ``lines`` and to ``measures``, and used of the lines."""

    received: Decimal = ZERO
    lines: Decimal = ZERO
    measures: Decimal = ZERO
    used: Decimal = ZERO

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(
            self.received + other.received,
            self.lines + other.lines,
            self.measures + other.measures,
            self.used + other.used,
        )

    @property
    def committed(self) -> Decimal:
        return self.lines + self.measures

    @property
    def left(self) -> Decimal:
        """What is not committed; less than nothing where too much is."""
        return self.received - self.committed

    @property
    def is_over(self) -> bool:
        return self.left < 0

    @property
    def received_text(self) -> str:
        return format_kr(self.received)

    @property
    def committed_text(self) -> str:
        return format_kr(self.committed)

    @property
    def used_text(self) -> str:
        return format_kr(self.used)

    @property
    def left_text(self) -> str:
        return format_kr(self.left)


@dataclass(frozen=True, slots=True)
class Balances:
    """The balances of an agreement. A share has no measures: they are an area's.

    ``shares`` are by the share's id, ``areas`` by the ids of area and organisation, ``organisations`` by id.
    """

    shares: Mapping[int, Balance] = field(default_factory=dict)
    areas: Mapping[tuple[int, int], Balance] = field(default_factory=dict)
    organisations: Mapping[int, Balance] = field(default_factory=dict)
    total: Balance = Balance()

    def of_share(self, share: GrantShare) -> Balance:
        return self.shares.get(share.pk, Balance())

    def of_area(self, area_id: int, organisation_id: int) -> Balance:
        return self.areas.get((area_id, organisation_id), Balance())

    def of_organisation(self, organisation_id: int) -> Balance:
        return self.organisations.get(organisation_id, Balance())


def balances_of(agreement: GrantAgreement) -> Balances:
    """Return every balance of an agreement, in one query. The sums are exact: the rows are added up here."""
    found: list[dict] = [defaultdict(Balance) for _ in range(3)]
    by_share, by_area, by_organisation = found
    total = Balance()
    for kind, area, organisation, share, amount, used in _rows(agreement):
        one = Balance(**{kind: amount}, used=used)
        if share is not None:
            by_share[share] += one
        by_area[area, organisation] += one
        by_organisation[organisation] += one
        total += one
    return Balances(*map(dict, found), total)


def _rows(agreement: GrantAgreement) -> models.QuerySet:
    """Return kind, area, organisation, share, amount and used of all that counts, as one query."""
    nothing = Value(ZERO, output_field=GrantFunding._meta.get_field("used"))
    no_share = Value(None, output_field=models.BigIntegerField(null=True))
    shares = GrantShare.objects.filter(grant_amount__area__agreement=agreement).values_list(
        Value(RECEIVED), "grant_amount__area_id", "organisation_id", F("pk"), "amount", nothing
    )
    fundings = GrantFunding.objects.filter(share__grant_amount__area__agreement=agreement).values_list(
        Value(LINES), "share__grant_amount__area_id", "share__organisation_id", "share_id", "amount", "used"
    )
    measures = GrantMeasure.objects.filter(area__agreement=agreement, amount__isnull=False).values_list(
        Value(MEASURES), "area_id", "organisation_id", no_share, "amount", nothing
    )
    return shares.order_by().union(fundings.order_by(), measures.order_by(), all=True)
