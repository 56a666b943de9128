"""Grants of the small world: an agreement with areas, amounts, shares, measures, duties and what they pay for."""

import datetime
import itertools
from decimal import Decimal

from budgets.models import (
    AllocationKey,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
    KeyFigure,
    KeyFigureSet,
)
from tests import factories as make

_serial = itertools.count(1)


def make_agreement(slug: str = "provbidrag", *, collaboration=None, **fields) -> GrantAgreement:
    return GrantAgreement.objects.create(
        collaboration=collaboration or make.make_collaboration(),
        slug=slug,
        **{"name": "Provbidraget", "year": 2030, "giver": "Staten", **fields},
    )


def make_grant_area(agreement: GrantAgreement | None = None, slug: str = "", **fields) -> GrantArea:
    number = next(_serial)
    return GrantArea.objects.create(
        agreement=agreement or make_agreement(),
        slug=slug or f"omrade-{number}",
        **{"name": f"Område {number}", "position": number, **fields},
    )


def make_amount(area: GrantArea | None = None, amount: str | int = 1000, *, receivers="regions", **fields):
    number = next(_serial)
    return GrantAmount.objects.create(
        area=area or make_grant_area(),
        receivers=receivers,
        amount=Decimal(amount),
        **{"label": f"Del {number}", "position": number, **fields},
    )


def make_share(amount: GrantAmount | None = None, kronor: str | int = 100, *, code: str = "91", **fields) -> GrantShare:
    return GrantShare.objects.create(
        grant_amount=amount or make_amount(),
        organisation=make.make_organisation(code),
        amount=Decimal(kronor),
        **fields,
    )


def make_measure(area: GrantArea, *, code: str = "91", **fields) -> GrantMeasure:
    return GrantMeasure.objects.create(
        area=area, organisation=make.make_organisation(code), **{"measure": "En insats", **fields}
    )


def make_duty(agreement: GrantAgreement, due_on: str = "2030-03-31", **fields) -> GrantDuty:
    return GrantDuty.objects.create(
        agreement=agreement,
        due_on=datetime.date.fromisoformat(due_on),
        **{"name": "Slutredovisning", "report_to": "Socialstyrelsen", **fields},
    )


def make_funding(share: GrantShare, amount: str | int = 50, *, line=None, **fields) -> GrantFunding:
    line = line or make.make_line(make.make_area(), 50, form="annan")
    return GrantFunding.objects.create(share=share, budget_line=line, amount=Decimal(amount), **fields)


def make_measured_key(slug: str = "antal", kind: str = "measure", **fields) -> AllocationKey:
    return AllocationKey.objects.get_or_create(
        slug=slug, defaults={"name": slug.capitalize(), "unit": "st", "kind": kind, **fields}
    )[0]


def make_figures(key: AllocationKey, values: dict[str, int], *, on: str = "2029-12-31", **fields) -> KeyFigureSet:
    """Figures of one key and day; the organisations are made where they are missing."""
    figure_set = KeyFigureSet.objects.create(
        allocation_key=key,
        reference_date=datetime.date.fromisoformat(on),
        **{"region_code": "00", "region_name": "Riket", "source": "Prov", **fields},
    )
    for code, value in values.items():
        KeyFigure.objects.create(figure_set=figure_set, organisation=make.make_organisation(code), value=value)
    return figure_set
