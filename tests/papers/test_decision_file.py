"""What the decision file says, on the real plans."""

from decimal import Decimal

import pytest

from plans.models import DecisionRound, PaperText, Plan, PlanStep
from skane_digi.papers.case import case_of
from skane_digi.papers.costs import cost_words, costs_of
from skane_digi.papers.decision_file import decision_file
from skane_digi.papers.tree import Notice, Table
from tests import factories as make
from tests.papers.conftest import FROZEN_AT, REASON
from tests.papers.reading import texts_of

pytestmark = pytest.mark.django_db


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def said(case, organisation) -> str:
    return plain(texts_of(decision_file(case, organisation)))


def section(paper, heading: str):
    return next(one for one in paper.sections if one.heading == heading)


def table_rows(paper, heading: str) -> list[list[str]]:
    tables = [part for part in section(paper, heading).parts if isinstance(part, Table)]
    return [[plain(row.heading), *(plain(cell.text) for cell in row.cells)] for row in tables[-1].rows]


def test_eslov_is_asked_for_its_share_of_the_printed_total(case_2024, eslov):
    """DESIGN section 5: at 2 100 000 kr Eslöv pays 25 762,17 kr; the lines are 1 750 000 kr."""
    text = said(case_2024, eslov)
    assert "2. Kommunfullmäktige avsätter 25 762,17 kr i 2024 års budget för kommunens andel" in text
    assert "Kommunens andel av kostnaden 2024 är 25 762,17 kr." in text


def test_both_sums_of_2024_are_said_with_their_calculations(case_2024, eslov):
    paper = decision_file(case_2024, eslov)
    notice = next(part for part in section(paper, "Kommunens kostnad").parts if isinstance(part, Notice))
    words = plain(" ".join(notice.sentences))
    assert "Den tryckta summan är 2 100 000 kr, men budgetposterna är tillsammans 1 750 000 kr." in words
    assert "25 762,17 kr: 1 050 000,00 × 34 701 / 1 414 324 = 25 762,17." in words
    assert "Med budgetposterna blir den 21 468,47 kr." in words


def test_the_share_is_explained_in_words(case_2024, eslov):
    text = said(case_2024, eslov)
    assert (
        "Den gemensamma kostnaden 2024 är 1 750 000 kr enligt budgetposterna. Kommunerna bär tillsammans hälften, "
        "875 000 kr, och delar den efter folkmängd. Eslövs kommun har 34 701 av deras 1 414 324 invånare, räknat per "
        "den 2022-12-31."
    ) in text
    assert "Uträkning i kronor: 875 000,00 × 34 701 / 1 414 324 = 21 468,47." in text


def test_each_areas_share_sums_to_the_whole(case_2024, eslov):
    rows = table_rows(decision_file(case_2024, eslov), "Kommunens kostnad")
    shares = [Decimal(row[2].replace(" ", "").replace(",", ".")) for row in rows]
    assert sum(shares[:-2]) == shares[-2] == Decimal("21468.47")
    assert rows[0] == ["Nationell patientöversikt", "100 000", "1 226,77"]
    assert rows[-2:] == [
        ["Summa enligt budgetposterna", "1 750 000", "21 468,47"],
        ["Enligt den tryckta summan", "2 100 000", "25 762,17"],
    ]


def test_the_region_carries_half_and_words_it_as_a_region(case_2022_2023, region):
    """Seed 002: the Region's share is 1 150 000 kr, on condition that the municipalities do the same."""
    text = said(case_2022_2023, region)
    assert "Hälso- och sjukvårdsnämnden föreslår att regionstyrelsen beslutar följande." in text
    assert "2. Regionstyrelsen tar med 1 150 000 kr i budgetarbetet för 2023 som regionens andel" in text
    assert "3. Beslutet gäller under förutsättning att kommunerna i samverkan antar planen" in text
    assert "Region Skåne bär hälften." in text
    assert "Uträkning i kronor: 2 300 000,00 × 1 / 2 = 1 150 000,00." in text
    assert "kommunens" not in text.lower()


def test_a_year_without_anything_to_share_says_so_and_how_it_is_paid(case_2022_2023, eslov):
    text = said(case_2022_2023, eslov)
    assert "För 2022 är summan att fördela på organisationerna 0 kr." in text
    assert "Annan finansiering, som inte fördelas på organisationerna, är 2 100 000 kr." in text
    assert "i 2022 års budget" not in text
    assert "Andelen av den gemensamma kostnaden är 28 366,54 kr för 2023." in text


def test_a_share_by_another_days_figures_says_so(case_2022_2023, eslov):
    text = said(case_2022_2023, eslov)
    assert "34 593 av deras 1 402 425 invånare, räknat per den 2021-12-31" in text
    assert "Planen räknar på 2021-11-30, men för den dagen är bara summan känd." in text


def test_the_text_decided_on_is_named_by_version_and_fingerprint(case_2024, eslov):
    """What goes wrong today: a decision of a body does not say which text it covers."""
    fingerprint = case_2024.version.fingerprint
    assert f"version 1 med fingeravtrycket {fingerprint}." in said(case_2024, eslov)
    assert plain(decision_file(case_2024, eslov).mark) == f"Handlingsplan 2024, version 1 · {fingerprint}"


def test_every_area_stands_with_its_aim_in_one_line(case_2024, eslov):
    text = said(case_2024, eslov)
    for area in case_2024.document.areas:
        assert area.title in text
    assert "• Säker Digital Kommunikation (SDK). Samtliga offentligfinansierade vårdaktörer i Skåne kan använda" in text
    assert "• Digitala hjälpmedel (nytt)." in text
    assert "Avslutat sedan planen före: Säkra videomöten." in text


def test_nothing_is_called_new_in_the_first_plan(case_2022_2023, eslov):
    assert "(nytt)" not in said(case_2022_2023, eslov)


def test_printed_faults_are_listed_with_why_they_stand(case_2024, eslov):
    text = said(case_2024, eslov)
    assert "Fel i den tryckta planen" in text
    assert all(plain(fault.text) in text for fault in case_2024.faults)
    assert text.count(REASON) == 1


def test_a_plan_without_faults_has_no_heading_for_them(case_2022_2023, eslov):
    assert "Fel i den tryckta planen" not in said(case_2022_2023, eslov)


def test_the_bodies_that_have_treated_the_plan_are_named(version_2024, eslov):
    body = version_2024.plan.collaboration.bodies.get(slug="cso")
    PlanStep.objects.create(
        plan=version_2024.plan,
        version=version_2024,
        kind=PlanStep.Kind.RECOMMEND,
        status_before=Plan.Status.PREPARED,
        status_after=Plan.Status.RECOMMENDED,
        body=body,
        taken_on=FROZEN_AT.date(),
        paragraph="§ 12",
        taken_by_name="Ofelia",
    )
    text = said(case_of(version_2024), eslov)
    assert "Centralt Samverkansorgan har rekommenderat huvudmännen att anta den (2024-03-01, § 12)." in text


def test_an_own_text_stands_in_place_of_the_standard_one(version_2024, eslov, region):
    PaperText.objects.create(
        collaboration=version_2024.plan.collaboration,
        slot="legal",
        kind="municipality",
        text="<p>{organisation} har hört sin jurist om {plan}.</p>",
    )
    case = case_of(version_2024)
    assert "Eslövs kommun har hört sin jurist om Handlingsplan 2024." in said(case, eslov)
    assert "hört sin jurist" not in said(case, region)


def test_an_empty_own_text_leaves_the_passage_out(version_2024, eslov):
    for slot in ("conditions", "condition_point", "union"):
        PaperText.objects.create(collaboration=version_2024.plan.collaboration, slot=slot, kind="municipality", text="")
    text = said(case_of(version_2024), eslov)
    assert "Villkor\n" not in text
    assert "under förutsättning" not in text
    assert "Samverkan med fackliga organisationer" not in text


def test_the_paper_is_of_what_was_frozen_and_not_of_the_plan_as_it_is_now(version_2024, eslov):
    """A frozen version, its shares and its PDF can never change."""
    before = said(case_of(version_2024), eslov)
    Plan.objects.filter(pk=version_2024.plan_id).update(title="Något helt annat", subtitle="")
    version_2024.plan.focus_areas.update(name="Omdöpt")
    assert said(case_of(version_2024), eslov) == before


def test_a_case_is_read_in_a_number_of_queries_that_no_organisation_adds_to(
    version_2024, eslov, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        case = case_of(version_2024)
    with django_assert_max_num_queries(0):
        for organisation in case.organisations:
            decision_file(case, organisation)
    assert len(case.organisations) == 34


def test_shares_by_uneven_weights_and_several_years_are_worded(record):
    """Another collaboration must fit: three tenths, and two years to pay."""
    plan = make.make_shared_plan(1000, years=(2030, 2031), status=Plan.Status.SUBMITTED)
    area = plan.focus_areas.get()
    make.make_line(area, 500, year=2031)
    rule = make.make_rule({"region": 3, "kommuner": 7})
    make.make_cost_basis(plan, 2031, rule=rule)
    version = record(plan)
    assert version.round.state == DecisionRound.State.OPEN
    case = case_of(version)
    region = next(one for one in case.organisations if one.code == "91")
    costs = costs_of(case.years, region)
    assert plain(cost_words(costs)) == "500 kr för 2030 och 150 kr för 2031"
    assert "Region Prov bär 3/10 av kostnaden." in costs[1].sentences
    text = said(case, region)
    assert "3. Regionstyrelsen tar med 150 kr i budgetarbetet för 2031" in text
    assert "Regionens andel per år, kronor" in text
