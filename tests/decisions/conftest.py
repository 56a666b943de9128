"""Versions out for decision, adopted and under revision in the small world, and how their pages are read."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from plans.models import Body, DecisionRound, Plan, PlanStep, PlanVersion
from tests import decision_factories as decide
from tests import factories as make
from tests.decisions.rounds import ALL, make_readable_version

Status, State = Plan.Status, DecisionRound.State


@pytest.fixture
def version(db) -> PlanVersion:
    """The first version of a plan, out for decision to the Region (91) and three municipalities (9101-9103)."""
    return make_readable_version()


def adopt_all(version: PlanVersion, codes=ALL, **fields) -> None:
    for code in codes:
        decide.make_decision(version, code, **fields)


def adopted_version(plan: Plan | None = None, **fields) -> PlanVersion:
    """A version that all have adopted, with the step that tells of it."""
    version = make_readable_version(plan, status=Status.ADOPTED, **fields)
    if version.round.needs_all:
        adopt_all(version)
    take_step(version, PlanStep.Kind.ADOPT, datetime.date(2024, 3, 1))
    return version


def revised_version(first: PlanVersion, **fields) -> PlanVersion:
    """The next version of an adopted plan, sent to all again unless told otherwise."""
    return make_readable_version(first.plan, **{"replaces": first, "state": State.OPEN, **fields})


def carried_version(first: PlanVersion) -> PlanVersion:
    """A small revision of ``first``, adopted without going to the members again: CSO found that it need not."""
    DecisionRound.objects.filter(version=first).update(state=State.REPLACED)
    second = make_readable_version(
        first.plan, replaces=first, status=Status.ADOPTED, needs_all=False, consents_from=first
    )
    body = make.make_body("cso", collaboration=first.plan.collaboration)
    Body.objects.filter(pk=body.pk).update(name="Centralt Samverkansorgan")
    take_step(second, PlanStep.Kind.RECOMMEND, datetime.date(2024, 5, 2), body=body, paragraph="§ 8")
    take_step(second, PlanStep.Kind.ADOPT, datetime.date(2024, 5, 2))
    return second


def take_step(version: PlanVersion, kind: str, day: datetime.date, **fields) -> PlanStep:
    values = {
        "status_before": Status.DECIDING,
        "status_after": Status.ADOPTED,
        "taken_on": day if fields.get("body") else None,
        "taken_at": decide.noon(day),
        "taken_by_name": "Ofelia Ordförande",
        **fields,
    }
    return PlanStep.objects.create(plan=version.plan, version=version, kind=kind, **values)


def board_address(version: PlanVersion, query: str = "") -> str:
    address = reverse("decisions:board", args=[version.plan.slug])
    return f"{address}?{query}" if query else address


def organisation_address(version: PlanVersion, code: str = "9101", query: str = "") -> str:
    address = reverse("decisions:organisation", args=[version.plan.slug, code])
    return f"{address}?{query}" if query else address


def soup_of(client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.content, "html5lib")


def words(node) -> str:
    """What a reader reads in the node, with single spaces."""
    return " ".join(node.get_text(" ").split())


def notices_of(soup: BeautifulSoup) -> str:
    return " ".join(words(node) for node in soup.select(".board-notice"))


def queries_of(client, address: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(200) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
