"""Random sequences of steps, decisions, conditions and revisions, beside an account of them made another way.

Issue 4: a frozen hash never changes; fastställd if and only if every needed decision and condition is in; no lower role
takes a higher step; a superseded decision never counts.
"""

import datetime
import hashlib
from collections import defaultdict
from itertools import combinations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from plans import lifecycle
from plans.deciding import Wish, find_condition, record_decision
from plans.models import Decision, DecisionCondition, DecisionRound, Organisation, Plan, PlanVersion
from plans.register import register_of
from plans.roles import Role
from plans.steps import STEPS, FrozenFiles, StepRefused
from tests import decision_factories as decide
from tests import factories as make

pytestmark = pytest.mark.django_db
CODES = ("91", "9101", "9102", "9103")
FIRST = decide.noon(datetime.date(2026, 9, 1))
TAKING = ("deciding", "adopted")

conditions = st.lists(
    st.one_of(
        st.builds(Wish, st.sampled_from(["all_municipalities", "region"])),
        st.builds(Wish, st.just("free_text"), st.just("Om budgeten beviljas.")),
        st.builds(
            Wish, st.just("named"), st.just(""), st.lists(st.sampled_from(CODES), min_size=1, max_size=3).map(tuple)
        ),
    ),
    min_size=1,
    max_size=2,
)
adoption = st.tuples(
    st.just("decide"),
    st.sampled_from(CODES),
    st.sampled_from(["adopted", "adopted", "adopted", "conditional", "rejected", "returned", "tabled"]),
    st.sampled_from(["decides", "decides", "decides", "decides", "proposes"]),
    conditions,
)
everyone = st.tuples(st.just("everyone"), st.sampled_from(["adopted", "adopted", "conditional"]), conditions)
correction = st.tuples(st.just("correct"), st.integers(0, 9), st.sampled_from(["adopted", "rejected", "withdrawn"]))
finding = st.tuples(st.just("find"), st.integers(0, 9), st.booleans())
# Mostly on along the way, sometimes any step at all.
forward = st.tuples(st.just("forward"), st.sampled_from([1, 4, 4]), st.booleans())
step = st.tuples(st.just("step"), st.sampled_from([step.kind.value for step in STEPS]), st.booleans())
reopen = st.just(("step", "reopen", True))
acts = st.lists(
    st.one_of(forward, forward, adoption, adoption, everyone, correction, finding, step, reopen),
    min_size=8,
    max_size=25,
)


class World:
    """A plan of four organisations, its chair, somebody of a lower role, and what has been frozen."""

    def __init__(self, chair, editor):
        self.plan = make.make_shared_plan(1000)
        self.body = make.make_body()
        self.chair, self.editor = chair, editor
        self.at = FIRST
        self.frozen: dict[int, tuple[str, str, bytes]] = {}
        self.organisations = {one.code: one for one in Organisation.objects.filter(code__in=CODES)}

    def act(self, name: str, *rest) -> None:
        self.at += datetime.timedelta(hours=1)
        self.plan.refresh_from_db()
        before = self.state()
        try:
            with transaction.atomic():
                getattr(self, name)(*rest)
        except StepRefused:
            assert self.state() == before, "what was refused changed something"
            event(f"{name}: refused")
        else:
            event(f"{name}: done")

    def state(self) -> tuple:
        rows = Decision.objects.count(), PlanVersion.objects.count(), self.plan.steps.count()
        return (*rows, Plan.objects.get(pk=self.plan.pk).status)

    def forward(self, steps: int, needs_all: bool) -> None:
        kinds = {"draft": "submit", "submitted": "prepare", "prepared": "recommend", "recommended": "send"}
        for _ in range(steps):
            self.plan.refresh_from_db()
            if self.plan.status in kinds:
                has_standing = lifecycle.standing_version(self.plan) is not None
                self.take(kinds[self.plan.status], self.chair, needs_all=needs_all or not has_standing)

    def step(self, kind: str, needs_all: bool) -> None:
        with pytest.raises(StepRefused), transaction.atomic():
            self.take(kind, self.editor, needs_all=needs_all)
        self.take(kind, self.chair, needs_all=needs_all)

    def take(self, kind: str, by, *, needs_all: bool) -> None:
        said = {"plan": self.plan, "by": by, "at": self.at}
        decided = {**said, "body": self.body, "taken_on": self.at.date()}
        if kind == "submit":
            number = lifecycle.next_number(self.plan)
            content = f'{{"number":{number},"plan":"{self.plan.slug}"}}'
            digests = [hashlib.sha256(part).hexdigest() for part in (content.encode(), b"[]", decide.A_PDF)]
            files = FrozenFiles(content, digests[0], "[]", digests[1], decide.A_PDF, digests[2], CODES)
            version = lifecycle.submit(number=number, files=files, reason="Klar.", **said)
            self.frozen[version.pk] = (*digests, decide.A_PDF)
        elif kind == "prepare":
            lifecycle.prepare(**decided)
        elif kind == "recommend":
            lifecycle.recommend(needs_all=needs_all, **decided)
        elif kind == "send":
            lifecycle.send_to_members(**said)
        elif kind == "return":
            lifecycle.return_to_draft(reason="Skrivs om.", **said)
        elif kind == "reopen":
            lifecycle.reopen(reason="Nya kostnader.", **said)
        else:
            lifecycle.close(**said)

    def decide(self, code: str, outcome: str, stage: str, wishes, replaces=None) -> None:
        record_decision(
            version=self.version(),
            organisation=self.organisations[code],
            outcome=outcome,
            instance="Fullmäktige",
            stage=stage,
            decided_on=self.at.date(),
            conditions=[wish for wish in wishes if code not in wish.organisation_codes]
            if outcome == "conditional"
            else (),
            replaces=replaces,
            correction_reason="Rättat." if replaces else "",
            by=self.chair,
            at=self.at,
        )

    def everyone(self, outcome: str, wishes) -> None:
        for code in CODES:
            self.at += datetime.timedelta(minutes=1)
            self.decide(
                code, outcome, "decides", [wish for wish in wishes if wish.kind != "free_text"] or [Wish("region")]
            )

    def correct(self, which: int, outcome: str) -> None:
        rows = list(self.version().decisions.order_by("pk"))
        if rows:
            row = rows[which % len(rows)]
            self.decide(row.organisation.code, outcome, row.stage, (), replaces=row)

    def find(self, which: int, is_met: bool) -> None:
        rows = list(DecisionCondition.objects.filter(decision__version=self.version(), kind="free_text").order_by("pk"))
        if rows:
            find_condition(condition=rows[which % len(rows)], is_met=is_met, reason="Så.", by=self.chair, at=self.at)

    def version(self) -> PlanVersion:
        version = lifecycle.current_version(self.plan)
        if version is None:
            raise StepRefused("Ingen version.")
        return version

    def check(self) -> None:
        self.plan.refresh_from_db()
        for version in PlanVersion.objects.filter(plan=self.plan):
            digests = (
                hashlib.sha256(version.content.encode()).hexdigest(),
                version.allocation_digest,
                version.pdf_digest,
            )
            assert (*digests, bytes(version.pdf)) == self.frozen[version.pk]
            assert version.content_digest == digests[0]
        rounds = list(DecisionRound.objects.filter(plan=self.plan).select_related("version"))
        assert sum(one.state == "adopted" for one in rounds) <= 1
        assert sum(one.state == "open" for one in rounds) <= 1
        for one in rounds:
            counted_on = one.consents_from_id or one.version_id
            adopted = who_has_adopted(counted_on)
            register = register_of(one.version)
            assert {entry.organisation.code for entry in register.entries if entry.has_adopted} == adopted
            superseded = set(Decision.objects.filter(replaced_by__isnull=False).values_list("pk", flat=True))
            assert not {entry.decision.pk for entry in register.entries if entry.decision} & superseded
            if one.state == "adopted":
                assert adopted == set(CODES)
            if one.state == "open" and self.plan.status == "deciding":
                assert adopted != set(CODES)
        current = max(rounds, key=lambda one: one.version.number, default=None)
        if self.plan.status == "adopted":
            assert current.state == "adopted"
        event(f"läge: {self.plan.status}")


def who_has_adopted(version_id: int) -> set[str]:
    """Return the largest set of organisations all of whose conditions hold within the set, by trying every set."""
    last: dict[str, Decision] = {}
    superseded = set(Decision.objects.exclude(replaces=None).values_list("replaces", flat=True))
    rows = Decision.objects.filter(version=version_id, stage="decides").exclude(pk__in=superseded)
    for row in rows.exclude(outcome="withdrawn").order_by("decided_on", "recorded_at", "pk"):
        last[row.organisation.code] = row
    needs: dict[str, set[str]] = defaultdict(set)
    candidates = set()
    for code, row in last.items():
        if row.outcome not in ("adopted", "conditional"):
            continue
        candidates.add(code)
        for condition in row.conditions.all():
            if condition.kind == "free_text":
                said = condition.findings.order_by("found_at", "pk").last()
                needs[code] |= set() if said and said.is_met else {"aldrig"}
            elif condition.kind == "named":
                needs[code] |= {one.code for one in condition.organisations.all()}
            else:
                needs[code] |= {"91"} if condition.kind == "region" else set(CODES[1:])
    for size in range(len(candidates), 0, -1):
        for group in map(set, combinations(sorted(candidates), size)):
            if all(needs[code] <= group for code in group):
                return group
    return set()


@pytest.fixture
def people():
    chair, editor = make.make_user("ofelia@prov.example"), make.make_user("ruben@prov.example")
    make.make_role(chair, Role.CHAIR)
    make.make_role(editor, Role.EDITOR)
    return chair, editor


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=acts)
def test_what_is_frozen_stays_and_what_is_adopted_is_what_all_have_decided(people, acts):
    with transaction.atomic():
        world = World(*people)
        for act in acts:
            world.act(*act)
            world.check()
        transaction.set_rollback(True)
