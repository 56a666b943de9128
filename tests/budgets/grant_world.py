"""Grants for tests, in the small world of ``tests.factories``: a grant of 2030, and Alby (9101) that receives of it."""

import datetime
from decimal import Decimal
from itertools import count

from budgets.models import (
    BudgetLine,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
)
from plans.models import Organisation, Plan
from tests import factories as make

YEAR = 2030
_serial = count(1)


def make_agreement(**fields) -> GrantAgreement:
    number, collaboration = next(_serial), make.make_collaboration()
    make.make_members(collaboration)
    values = {"slug": f"bidrag-{number}", "name": f"Bidrag {number}", "year": YEAR, "giver": "Staten"}
    return GrantAgreement.objects.create(**{**values, "collaboration": collaboration, **fields})


def make_grant_area(agreement: GrantAgreement | None = None, name: str = "Nära vård", **fields) -> GrantArea:
    agreement = agreement or make_agreement()
    slug = fields.pop("slug", f"omrade-{next(_serial)}")
    return GrantArea.objects.create(agreement=agreement, slug=slug, name=name, **fields)


def make_amount(area: GrantArea | None = None, amount: str | int = 1_000_000, **fields) -> GrantAmount:
    values = {"receivers": "municipalities", "label": f"Del {next(_serial)}", **fields}
    return GrantAmount.objects.create(area=area or make_grant_area(), amount=Decimal(amount), **values)


def make_share(grant_amount: GrantAmount | None = None, amount: str | int = 1000, code: str = "9101") -> GrantShare:
    return GrantShare.objects.create(
        grant_amount=grant_amount or make_amount(), organisation=make.make_organisation(code), amount=Decimal(amount)
    )


def make_measure(area: GrantArea, amount: str | int | None = None, code: str = "9101", **fields) -> GrantMeasure:
    values = {"measure": f"Insats {next(_serial)}", **fields}
    return GrantMeasure.objects.create(
        area=area,
        organisation=make.make_organisation(code),
        amount=None if amount is None else Decimal(amount),
        **values,
    )


def make_duty(agreement: GrantAgreement | None = None, **fields) -> GrantDuty:
    values = {
        "name": "Slutredovisning",
        "report_to": "Socialstyrelsen",
        "due_on": datetime.date(2031, 3, 31),
        **fields,
    }
    return GrantDuty.objects.create(agreement=agreement or make_agreement(), **values)


def make_condition(agreement: GrantAgreement, text: str = "Ett villkor.", **fields) -> GrantCondition:
    return GrantCondition.objects.create(agreement=agreement, text=text, **fields)


def make_funding(share: GrantShare, line: BudgetLine, amount: str | int, used: str | int = 0) -> GrantFunding:
    return GrantFunding.objects.create(share=share, budget_line=line, amount=Decimal(amount), used=Decimal(used))


def make_payable_line(amount: str | int | None = 10_000, *, plan: Plan | None = None, **fields) -> BudgetLine:
    """A line of a draft that is not shared by the members (Annan)."""
    plan = plan or make.make_plan(years=(YEAR,))
    area = make.make_area(plan, fields.pop("area_name", f"Område {next(_serial)}"))
    return make.make_line(area, amount, year=fields.pop("year", YEAR), form=fields.pop("form", "annan"), **fields)


def receiver(code: str = "9101") -> Organisation:
    return make.make_organisation(code)
