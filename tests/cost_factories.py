"""Rows of keys, rules, scenarios and grants for tests, made by hand in the small world of ``tests.factories``."""

import datetime
from decimal import Decimal
from itertools import count

from django.utils import timezone

from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    CostBasis,
    FigureChoice,
    GrantAgreement,
    GrantAmount,
    GrantArea,
    GrantCondition,
    GrantDuty,
    GrantFunding,
    GrantMeasure,
    GrantShare,
    KeyComponent,
    KeyFigure,
    KeyFigureSet,
    RuleLimit,
    RuleSeal,
    RuleUse,
    Scenario,
)
from plans.models import Collaboration, FocusArea, Organisation, Plan, PlanVersion
from tests import factories as make

_serial = count(1)
LEFT_OUT = None
NEW_YEARS_EVE_2029 = datetime.date(2029, 12, 31)


def make_measure_key(slug: str = "", *, unit: str = "sjuksköterskor", **fields) -> AllocationKey:
    """A key that is counted per organisation and day, with a slug of its own each time."""
    slug = slug or f"nyckel-{next(_serial)}"
    return AllocationKey.objects.create(slug=slug, **{"name": f"Nyckel {slug}", "unit": unit, **fields})


def make_equal_key(slug: str = "lika") -> AllocationKey:
    defaults = {"name": "Lika delar", "unit": "delar", "kind": AllocationKey.Kind.EQUAL}
    return AllocationKey.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_weighted_key(parts: dict[AllocationKey, int | str] | None = None, slug: str = "") -> AllocationKey:
    """A weighted sum of other keys, of the inhabitants once and one more measure four times unless given."""
    parts = parts or {make.make_key(): 1, make_measure_key(): 4}
    key = make_measure_key(slug, unit="vägda invånare", kind=AllocationKey.Kind.WEIGHTED)
    for part, weight in parts.items():
        KeyComponent.objects.create(allocation_key=key, part=part, weight=Decimal(weight))
    return key


def make_increase_key(measured_by: AllocationKey | None = None, slug: str = "") -> AllocationKey:
    kind = AllocationKey.Kind.INCREASE
    return make_measure_key(slug, unit="fler", kind=kind, measured_by=measured_by or make_measure_key())


def make_figures(
    key: AllocationKey,
    values: dict[str, int] | None = None,
    *,
    on: datetime.date = NEW_YEARS_EVE_2029,
    region_code: str = "91",
    **fields,
) -> KeyFigureSet:
    """The figures of any key on one day: of each municipality its inhabitants, unless other values are given."""
    figure_set = KeyFigureSet.objects.create(
        allocation_key=key,
        region_code=region_code,
        reference_date=on,
        **{"region_name": "Provlän", "source": "Prov", **fields},
    )
    if values is None:
        values = {code: value for code, (_, value) in make.MUNICIPALITIES.items()}
    for code, value in values.items():
        KeyFigure.objects.create(figure_set=figure_set, organisation=make.make_organisation(code), value=value)
    return figure_set


def make_rule(
    weights: dict[str, int] | None = None,
    *,
    collaboration: Collaboration | None = None,
    base: int | str | None = None,
    rebate: tuple[int, int] | None = None,
    limits: dict[str, int | str | None] | None = None,
    keys: dict[str, AllocationKey] | None = None,
    **fields,
) -> AllocationRule:
    """A rule with all that one may have.

    ``rebate`` is (above, percent), ``limits`` the highest amount by organisation code, ``None`` for one that is left
    out, and ``keys`` a party's own key by its slug.
    """
    if rebate is not None:
        fields |= {"rebate_above": rebate[0], "rebate_percent": rebate[1]}
    base_amount = None if base is None else Decimal(base)
    rule = make.make_rule(weights, collaboration=collaboration, base_amount=base_amount, **fields)
    for party, key in (keys or {}).items():
        rule.party_weights.filter(party__slug=party).update(allocation_key=key)
    for code, cap in (limits or {}).items():
        make_rule_limit(rule, code, cap)
    return rule


def make_rule_limit(rule: AllocationRule, code: str = "9101", cap: int | str | None = LEFT_OUT, **fields) -> RuleLimit:
    return RuleLimit.objects.create(
        rule=rule,
        organisation=make.make_organisation(code),
        is_left_out=cap is None,
        cap=None if cap is None else Decimal(cap),
        **{"reason": "Har ett eget avtal.", **fields},
    )


def make_rule_use(place: FocusArea | BudgetLine, rule: AllocationRule | None = None, **fields) -> RuleUse:
    """That an area or a line is shared by another rule, from 2030 on unless dates are given."""
    area = place if isinstance(place, FocusArea) else place.focus_area
    return RuleUse.objects.create(
        rule=rule or make_rule({"region": 30, "kommuner": 70}, collaboration=area.plan.collaboration, name="30:70"),
        **{"focus_area" if isinstance(place, FocusArea) else "budget_line": place},
        **{
            "reason": "Används mest av kommunerna.",
            "decided_on": datetime.date(2029, 9, 1),
            "decided_by": "SGD",
            "valid_from": datetime.date(2030, 1, 1),
            **fields,
        },
    )


def make_figure_choice(
    basis: CostBasis, key: AllocationKey | None = None, *, figure_set: KeyFigureSet | None = None, earlier_set=None
) -> FigureChoice:
    key = key or (figure_set.allocation_key if figure_set else make_measure_key())
    return FigureChoice.objects.create(
        cost_basis=basis, allocation_key=key, figure_set=figure_set or make_figures(key), earlier_set=earlier_set
    )


def make_rule_seal(rule: AllocationRule, version: PlanVersion) -> RuleSeal:
    return RuleSeal.objects.create(rule=rule, version=version)


def make_scenario(plan: Plan, name: str = "", *, year: int = 2030, made_by=None, **fields) -> Scenario:
    at = timezone.now()
    return Scenario.objects.create(
        plan=plan,
        year=year,
        name=name or f"Scenario {next(_serial)}",
        made_by=made_by,
        **{"made_at": at, "changed_at": at, **fields},
    )


def make_grant_agreement(slug: str = "", *, collaboration: Collaboration | None = None, **fields) -> GrantAgreement:
    slug = slug or f"bidrag-{next(_serial)}"
    return GrantAgreement.objects.create(
        collaboration=collaboration or make.make_collaboration(),
        slug=slug,
        **{"name": f"Statsbidrag {slug}", "year": 2030, "giver": "Staten", **fields},
    )


def make_grant_area(agreement: GrantAgreement | None = None, slug: str = "", **fields) -> GrantArea:
    number = next(_serial)
    return GrantArea.objects.create(
        agreement=agreement or make_grant_agreement(),
        slug=slug or f"utvecklingsomrade-{number}",
        **{"name": f"Utvecklingsområde {number}", "object_code": "9916", "position": number, **fields},
    )


def make_grant_amount(area: GrantArea | None = None, amount: int | str = 1000, **fields) -> GrantAmount:
    fields = {"receivers": GrantAmount.Receivers.MUNICIPALITIES, "label": f"Del {next(_serial)}", **fields}
    return GrantAmount.objects.create(area=area or make_grant_area(), amount=Decimal(amount), **fields)


def make_grant_share(
    grant_amount: GrantAmount | None = None,
    organisation: Organisation | str = "9101",
    amount: int | str = 100,
    **fields,
) -> GrantShare:
    if isinstance(organisation, str):
        organisation = make.make_organisation(organisation)
    grant_amount = grant_amount or make_grant_amount()
    return GrantShare.objects.create(
        grant_amount=grant_amount, organisation=organisation, amount=Decimal(amount), **fields
    )


def make_grant_condition(agreement: GrantAgreement, text: str = "Ett villkor.", **fields) -> GrantCondition:
    return GrantCondition.objects.create(agreement=agreement, text=text, **fields)


def make_grant_duty(agreement: GrantAgreement, name: str = "Verksamhetsredovisning", **fields) -> GrantDuty:
    fields = {"report_to": "Socialstyrelsen", "due_on": datetime.date(2030, 11, 1), **fields}
    return GrantDuty.objects.create(agreement=agreement, name=name, **fields)


def make_grant_measure(
    area: GrantArea, organisation: Organisation | str = "9101", measure: str = "En insats.", **fields
) -> GrantMeasure:
    if isinstance(organisation, str):
        organisation = make.make_organisation(organisation)
    return GrantMeasure.objects.create(area=area, organisation=organisation, measure=measure, **fields)


def make_grant_funding(
    line: BudgetLine, share: GrantShare | None = None, amount: int | str = 50, used: int | str = 0
) -> GrantFunding:
    """That a share pays for a line, whose form must be one that is not shared, as ``make_line(…, form="annan")``."""
    return GrantFunding.objects.create(
        share=share or make_grant_share(), budget_line=line, amount=Decimal(amount), used=Decimal(used)
    )


def make_cost_rows(plan: Plan) -> None:
    """One row or more of every kind of key, rule, scenario and grant, in the plan's first year and its first area."""
    collaboration, area = plan.collaboration, plan.focus_areas.first()
    year = plan.years.first()
    basis = CostBasis.objects.filter(plan_year=year).first() or make.make_cost_basis(plan, year.year)
    nurses = make_measure_key()
    weighted = make_weighted_key({make.make_key(): 1, nurses: "4.50"})
    make_rule_limit(basis.rule, "9101", 500)
    later, earlier = make_figures(nurses), make_figures(nurses, on=datetime.date(2028, 12, 31))
    make_figure_choice(basis, figure_set=later, earlier_set=earlier)
    rule = make_rule(
        {"region": 30, "kommuner": 70},
        collaboration=collaboration,
        base="1000.50",
        rebate=(15, 20),
        limits={"9102": LEFT_OUT},
        keys={"kommuner": weighted},
        rounding=AllocationRule.Rounding.KRONA,
        allocation_key=make_increase_key(nurses),
        replaces=make_rule(collaboration=collaboration, valid_to=datetime.date(2029, 12, 31)),
        valid_from=datetime.date(2030, 1, 1),
        decided_on=datetime.date(2029, 9, 1),
        decided_by="SGD",
        decision_reference="SGD 2029:14",
    )
    make_rule_use(area, rule, valid_to=datetime.date(2031, 12, 31), decision_reference="SGD 2029:15")
    make_rule_use(make.make_line(area, 7000, year=year.year, label="Licenser"), rule)
    make_scenario(plan, year=year.year, is_shared=True, changes={"amounts": {}})
    make_grant_rows(plan, later=later, earlier=earlier)


def make_grant_rows(plan: Plan, *, later: KeyFigureSet, earlier: KeyFigureSet) -> GrantAgreement:
    """An agreement with all that one may have, some of which pays for a line of the plan's first area."""
    agreement = make_grant_agreement(
        collaboration=plan.collaboration, total_amount=Decimal("5000.25"), decided_on=datetime.date(2029, 12, 1)
    )
    area = make_grant_area(agreement, may_be_used_for="Utveckling.")
    amount = make_grant_amount(
        area,
        5000,
        label="Bidrag",
        base_amount=Decimal(100),
        receiver_count=290,
        allocation_key=make_increase_key(later.allocation_key),
        figure_set=later,
        earlier_set=earlier,
        is_reserved=True,
    )
    make_grant_amount(area, 70, label="", receivers=GrantAmount.Receivers.SHARED, missing_input="Andelarna.")
    share = make_grant_share(amount, "9102", "2500.50", remark="Enligt beslutet.")
    make_grant_condition(agreement)
    make_grant_condition(agreement, "Ett villkor till.", area=area)
    make_grant_duty(agreement, area=area, responsible="Anna Andersson", done_on=datetime.date(2030, 10, 1))
    make_grant_measure(
        area,
        "9102",
        goal="Ett mål.",
        amount=Decimal(200),
        is_new=True,
        financing_after="Kommunens egen budget.",
        investment_cost=Decimal(1500),
        depreciation_years=5,
        in_use_from=datetime.date(2030, 3, 1),
    )
    line = make.make_line(plan.focus_areas.first(), 200, year=plan.years.first().year, form="annan", label="Bidrag")
    make_grant_funding(line, share, 200, 50)
    return agreement
