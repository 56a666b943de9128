"""Rows for tests, made by hand: each function makes what it is named after and what that cannot be without.

Everything is a small world of its own, apart from the real plans: a collaboration "provsamverkan" with a region (code
91) and three municipalities (9101-9103) of 10, 20 and 30 inhabitants.
"""

import datetime
from decimal import Decimal
from itertools import count

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model

from budgets.models import (
    AllocationKey,
    AllocationRule,
    BudgetLine,
    BudgetStatement,
    CostBasis,
    FundingForm,
    KeyFigure,
    KeyFigureSet,
    NotePlacement,
    PartyWeight,
    PrintedFigure,
    TableNote,
)
from plans.models import (
    Activity,
    ActivityPeriod,
    AreaLineage,
    Body,
    Collaboration,
    FocusArea,
    Goal,
    Membership,
    Organisation,
    Party,
    Plan,
    PlanSection,
    PlanYear,
    Responsibility,
    RoleAssignment,
    WatchedMatter,
)

_serial = count(1)
MUNICIPALITIES = {"9101": ("Alby", 10), "9102": ("Björnå", 20), "9103": ("Åkarp", 30)}


def make_collaboration(slug: str = "provsamverkan") -> Collaboration:
    return Collaboration.objects.get_or_create(slug=slug, defaults={"name": f"Samverkan {slug}"})[0]


def make_party(slug: str = "kommuner", *, collaboration: Collaboration | None = None) -> Party:
    collaboration = collaboration or make_collaboration()
    return Party.objects.get_or_create(collaboration=collaboration, slug=slug, defaults={"name": slug.capitalize()})[0]


def make_body(slug: str = "styrgrupp", *, collaboration: Collaboration | None = None) -> Body:
    collaboration = collaboration or make_collaboration()
    return Body.objects.get_or_create(collaboration=collaboration, slug=slug, defaults={"name": slug.capitalize()})[0]


def make_organisation(code: str = "9101", short_name: str = "", **fields) -> Organisation:
    short_name = short_name or MUNICIPALITIES.get(code, (f"Ort {code}",))[0]
    defaults = {
        "kind": Organisation.Kind.MUNICIPALITY if len(code) == 4 else Organisation.Kind.REGION,
        "name": f"{short_name} kommun" if len(code) == 4 else short_name,
        "short_name": short_name,
        "slug": f"organisation-{code}",
        **fields,
    }
    return Organisation.objects.get_or_create(code=code, defaults=defaults)[0]


def make_membership(organisation: Organisation, party: Party, **dates) -> Membership:
    return Membership.objects.create(collaboration=party.collaboration, organisation=organisation, party=party, **dates)


def make_members(collaboration: Collaboration | None = None) -> list[Membership]:
    """The region on one side and three municipalities on the other."""
    collaboration = collaboration or make_collaboration()
    if members := list(collaboration.memberships.with_organisation()):
        return members
    region = make_party("region", collaboration=collaboration)
    municipalities = make_party("kommuner", collaboration=collaboration)
    return [
        make_membership(make_organisation("91", "Region Prov"), region),
        *(make_membership(make_organisation(code), municipalities) for code in MUNICIPALITIES),
    ]


def make_plan(slug: str = "", *, years: tuple[int, ...] = (2030,), collaboration=None, **fields) -> Plan:
    slug = slug or f"prov-{next(_serial)}"
    plan = Plan.objects.create(
        collaboration=collaboration or make_collaboration(),
        slug=slug,
        **{"title": f"Handlingsplan {slug}", **fields},
    )
    for year in years:
        PlanYear.objects.create(plan=plan, year=year)
    return plan


def make_section(plan: Plan, **fields) -> PlanSection:
    number = next(_serial)
    return PlanSection.objects.create(
        plan=plan, **{"heading": f"Avsnitt {number}", "slug": f"avsnitt-{number}", "text": "<p>Text.</p>", **fields}
    )


def make_watched_matter(plan: Plan, name: str = "Bevakad fråga") -> WatchedMatter:
    return WatchedMatter.objects.create(plan=plan, name=name)


def make_area(plan: Plan | None = None, name: str = "", **fields) -> FocusArea:
    number = next(_serial)
    plan = plan or make_plan()
    return FocusArea.objects.create(
        plan=plan, **{"name": name or f"Område {number}", "slug": f"omrade-{number}", "position": number, **fields}
    )


def make_lineage(plan: Plan, kind: str = "new", *, predecessor=None, successor=None) -> AreaLineage:
    return AreaLineage.objects.create(plan=plan, kind=kind, predecessor=predecessor, successor=successor)


def make_goal(area: FocusArea, text: str = "Ett mål.") -> Goal:
    return Goal.objects.create(focus_area=area, text=text)


def make_period(area: FocusArea, start_year: int = 2030, end_year: int | None = 2030, **fields) -> ActivityPeriod:
    return ActivityPeriod.objects.create(focus_area=area, start_year=start_year, end_year=end_year, **fields)


def make_activity(period: ActivityPeriod, text: str = "En aktivitet.", *, parent: Activity | None = None) -> Activity:
    return Activity.objects.create(period=period, text=text, parent=parent)


def make_responsibility(area: FocusArea, body: Body | None = None, *, on_behalf_of=None) -> Responsibility:
    return Responsibility.objects.create(focus_area=area, body=body or make_body(), on_behalf_of=on_behalf_of)


def make_complete_area(plan: Plan, name: str = "") -> FocusArea:
    """An area that a review finds nothing missing in."""
    area = make_area(plan, name, background="<p>Bakgrund.</p>", purpose="<p>Syfte.</p>")
    make_goal(area)
    make_activity(make_period(area))
    make_responsibility(area)
    make_lineage(plan, "new", successor=area)
    return area


def make_funding_form(slug: str = "sgd", *, collaboration=None, is_shared: bool | None = None) -> FundingForm:
    shared = slug == "sgd" if is_shared is None else is_shared
    return FundingForm.objects.get_or_create(
        collaboration=collaboration or make_collaboration(),
        slug=slug,
        defaults={"name": slug.upper() if shared else slug.capitalize(), "is_shared": shared, "position": int(shared)},
    )[0]


def make_note(plan: Plan, mark: str = "*", text: str = "En not.") -> TableNote:
    return TableNote.objects.create(plan=plan, mark=mark, text=text, position=len(mark))


def make_placement(note: TableNote, place: str, *, funding_form=None, year: int | None = None) -> NotePlacement:
    return NotePlacement.objects.create(note=note, place=place, funding_form=funding_form, year=year)


def make_line(area: FocusArea, amount: str | int | None = 1000, *, year: int = 2030, form: str = "sgd", **fields):
    return BudgetLine.objects.create(
        focus_area=area,
        year=year,
        funding_form=make_funding_form(form, collaboration=area.plan.collaboration),
        amount=None if amount is None else Decimal(amount),
        **fields,
    )


def make_statement(area: FocusArea, year: int = 2030, **fields) -> BudgetStatement:
    return BudgetStatement.objects.create(focus_area=area, year=year, **{"text": "<p>Ekonomi.</p>", **fields})


def make_printed(plan: Plan, kind: str, value: str | int, *, year: int | None = 2030, form=None, heading: str = ""):
    return PrintedFigure.objects.create(
        plan=plan, kind=kind, year=year, funding_form=form, value=Decimal(value), printed_heading=heading
    )


def make_key(slug: str = "provtal") -> AllocationKey:
    return AllocationKey.objects.get_or_create(slug=slug, defaults={"name": "Folkmängd", "unit": "invånare"})[0]


def make_figure_set(
    values: dict[str, int] | None = None,
    *,
    on: datetime.date = datetime.date(2029, 12, 31),
    region_code: str = "91",
    **fields,
) -> KeyFigureSet:
    """Key figures of one day; by themselves those of the three municipalities, none with ``values={}``."""
    figure_set = KeyFigureSet.objects.create(
        allocation_key=make_key(),
        region_code=region_code,
        reference_date=on,
        **{"region_name": "Provlän", "source": "Prov", **fields},
    )
    if values is None:
        values = {code: value for code, (_, value) in MUNICIPALITIES.items()}
    for code, value in values.items():
        KeyFigure.objects.create(figure_set=figure_set, organisation=make_organisation(code), value=value)
    return figure_set


def make_rule(weights: dict[str, int] | None = None, *, collaboration=None, **fields) -> AllocationRule:
    """A rule by party; 1:1 between the region and the municipalities unless other weights are given."""
    collaboration = collaboration or make_collaboration()
    rule = AllocationRule.objects.create(
        collaboration=collaboration,
        **{
            "slug": f"regel-{next(_serial)}",
            "name": "Lika mellan parterna",
            "allocation_key": fields.pop("allocation_key", None) or make_key(),
            **fields,
        },
    )
    for party, weight in (weights or {"region": 1, "kommuner": 1}).items():
        PartyWeight.objects.create(rule=rule, party=make_party(party, collaboration=collaboration), weight=weight)
    return rule


def make_cost_basis(plan: Plan, year: int = 2030, *, figure_set=None, rule=None) -> CostBasis:
    make_members(plan.collaboration)
    return CostBasis.objects.create(
        plan_year=plan.years.get(year=year),
        figure_set=figure_set or KeyFigureSet.objects.filter(region_code="91").first() or make_figure_set(),
        rule=rule or make_rule(collaboration=plan.collaboration),
    )


def make_shared_plan(*amounts: str | int, years: tuple[int, ...] = (2030,), **fields) -> Plan:
    """A plan whose areas have these amounts to share in its first year, with a basis to share them by."""
    plan = make_plan(years=years, **fields)
    for amount in amounts:
        make_line(make_complete_area(plan), amount, year=years[0])
    make_cost_basis(plan, years[0])
    return plan


def make_user(email: str, password: str | None = None, **fields):
    """An account with a confirmed address, as an accepted invitation makes it."""
    user = get_user_model().objects.create_user(email, email=email, password=password, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_role(person, role: str, *, collaboration: Collaboration | None = None, organisation=None) -> RoleAssignment:
    collaboration = collaboration or make_collaboration()
    return RoleAssignment.objects.create(
        person=person, role=role, collaboration=collaboration, organisation=organisation
    )
