"""Key figures are stored all or none, never over others unseen, and never where a sent plan shares by them."""

import datetime

import pytest

from budgets.figure_words import count_text, difference_text, total_text
from budgets.key_figures import ShownDifferencesChanged, propose, store_figures
from budgets.measure_files import measure_in_file
from budgets.models import AllocationKey, KeyFigure, KeyFigureSet
from budgets.money import plain
from budgets.regions import known_regions, region_of
from budgets.scb.reading import FiguresRefused
from plans.models import LogEntry, Organisation, Plan
from tests import cost_factories as cost
from tests import factories as make
from tests.key_figures.conftest import MUNICIPALITIES, NEW_YEARS_EVE, figures, writer  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _organisations(db):
    make.make_members()


def store(key, read, *, by=None, shown: str = ""):
    return store_figures(key=key, figures=read, shown=shown or propose(key, read).token, by=by)


def values_of(figure_set: KeyFigureSet) -> dict[str, int]:
    return dict(figure_set.figures.values_list("organisation__code", "value"))


def everything() -> list:
    sets = KeyFigureSet.objects.order_by("pk").values()
    return [*sets, *KeyFigure.objects.order_by("pk").values(), LogEntry.objects.count()]


def test_a_new_day_is_stored_with_everything_that_was_read(writer):  # noqa: F811
    key = make.make_key()
    read = figures(stated_total=601, quality="perturbed", remark="Brus.")
    proposal = propose(key, read)
    assert (proposal.is_new, proposal.overwrites, len(proposal.added)) == (True, False, 3)
    stored = store(key, read, by=writer)
    assert values_of(stored) == MUNICIPALITIES
    assert (stored.stated_total, stored.quality, stored.source, stored.remark) == (601, "perturbed", "Prov", "Brus.")
    assert (stored.region_code, stored.region_name, stored.reference_date) == ("91", "Provlän", NEW_YEARS_EVE)


def test_each_row_is_logged_with_who_and_what(writer):  # noqa: F811
    key = make.make_key()
    store(key, figures({"9101": 1, "9102": 2}), by=writer)
    before = LogEntry.objects.count()
    store(key, figures({"9101": 5, "9103": 3}), by=writer)
    told = {
        (entry.subject, entry.action, tuple(entry.before.items()), tuple(entry.after.items()))
        for entry in LogEntry.objects.filter(number__gt=before)
    }
    assert told == {
        ("budgets.keyfigure", "changed", (("value", 1),), (("value", 5),)),
        ("budgets.keyfigure", "deleted", (("value", 2),), ()),
        ("budgets.keyfigure", "created", (), (("value", 3),)),
    }
    assert set(LogEntry.objects.values_list("actor_name", flat=True)) == {"Siv Siffror"}


def test_the_differences_say_what_is_new_what_changes_and_what_goes():
    key = make.make_key()
    store(key, figures({"9101": 1000, "9102": 2, "9103": 3}))
    proposal = propose(key, figures({"9101": 2500, "9103": 3, "91": 4}, stated_total=7))
    assert [plain(difference_text(row)) for row in proposal.differences] == [
        "Alby: 1 000 → 2 500 (+1 500)",
        "Björnå: 2 försvinner",
        "Region Prov: 4 (ny)",
    ]
    assert count_text(proposal) == "1 ändras, 1 är nytt och 1 försvinner"
    assert [(word.label, word.before, word.after) for word in proposal.words] == [("källans egen summa", "", "7")]
    assert proposal.overwrites


def test_what_is_stored_already_changes_nothing_and_is_not_logged():
    key = make.make_key()
    store(key, figures())
    before = everything()
    again = figures(source="En annan fil med samma siffror")
    assert propose(key, again).changes_nothing
    store(key, again)
    assert everything() == before


def test_nothing_is_overwritten_that_was_not_shown():
    key = make.make_key()
    store(key, figures())
    before = everything()
    for shown in ("", "något annat", propose(key, figures({"9101": 7})).token):
        with pytest.raises(ShownDifferencesChanged):
            store_figures(key=key, figures=figures({"9101": 8}), shown=shown or "-", by=None)
    assert everything() == before


def test_what_has_changed_since_it_was_shown_is_shown_again():
    key = make.make_key()
    store(key, figures())
    mine = figures({**MUNICIPALITIES, "9101": 111})
    shown = propose(key, mine).token
    store(key, figures({**MUNICIPALITIES, "9102": 222}))
    before = everything()
    with pytest.raises(ShownDifferencesChanged) as caught:
        store_figures(key=key, figures=mine, shown=shown, by=None)
    assert everything() == before
    assert [row.code for row in caught.value.proposal.differences] == ["9101", "9102"]
    store_figures(key=key, figures=mine, shown=caught.value.proposal.token, by=None)


def test_all_is_stored_or_nothing(monkeypatch):
    key = make.make_key()
    before = everything()
    monkeypatch.setattr(KeyFigure.objects, "bulk_create", lambda rows: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        store(key, figures())
    assert everything() == before


@pytest.mark.parametrize("way", ["cost basis", "choice", "earlier day", "lender"])
@pytest.mark.parametrize("status", [Plan.Status.DECIDING, Plan.Status.ADOPTED])
def test_what_a_sent_plan_shares_by_does_not_change(way, status):
    key = make.make_key()
    stored = store(key, figures())
    plan = make.make_plan("prov-2030")
    if way == "cost basis":
        make.make_cost_basis(plan, figure_set=stored)
    elif way == "lender":
        lent = make.make_figure_set({}, on=datetime.date(2029, 11, 30), parts_from=stored, remark="Saknas.")
        make.make_cost_basis(plan, figure_set=lent)
    else:
        other = make.make_figure_set(on=NEW_YEARS_EVE.replace(year=2020))
        chosen = {"figure_set": stored} if way == "choice" else {"figure_set": other, "earlier_set": stored}
        cost.make_figure_choice(make.make_cost_basis(plan, figure_set=other), key, **chosen)
    read = figures({**MUNICIPALITIES, "9101": 1})
    assert not propose(key, read).refusal, "a draft may be given other figures"
    Plan.objects.filter(pk=plan.pk).update(status=status)
    before = everything()
    with pytest.raises(FiguresRefused, match="skickad för beslut"):
        store(key, read)
    assert everything() == before


def test_the_refusal_names_the_plan_and_the_day():
    key = make.make_key()
    stored = store(key, figures())
    plan = make.make_plan("prov-2030", title="Handlingsplan 2030")
    make.make_cost_basis(plan, figure_set=stored)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.ADOPTED)
    refusal = propose(key, figures({"9101": 1})).refusal
    assert refusal.startswith(
        "Handlingsplan 2030 är skickad för beslut och fördelar sin kostnad efter Folkmängd Provlän"
    )


def test_figures_that_cannot_be_kept_are_refused():
    key = make.make_key()
    for read, said in (
        (figures({}), "inga värden"),
        (figures(source=" "), "varifrån"),
        (figures({"7777": 1}), "ingen organisation med koden 7777"),
    ):
        with pytest.raises(FiguresRefused, match=said):
            propose(key, read)
    with pytest.raises(FiguresRefused, match="räknas ut ur andra nycklar"):
        propose(cost.make_equal_key(), figures())


def test_own_parts_take_the_place_of_borrowed_ones():
    key = make.make_key()
    lender = make.make_figure_set()
    day = datetime.date(2029, 11, 30)
    make.make_figure_set({}, on=day, parts_from=lender, remark="Saknas.", stated_total=60)
    read = figures({"9101": 9}, day=day)
    assert ("delarna hämtas från", str(lender), "") in {
        (word.label, word.before, word.after) for word in propose(key, read).words
    }
    assert store(key, read).parts_set.reference_date == day


def test_the_sum_of_the_parts_stands_beside_the_stated_total():
    assert plain(total_text(1433850, 1433842, "invånare")) == (
        "Delarna är tillsammans 1 433 850 invånare. Källans egen summa är 1 433 842, skillnad −8."
    )
    assert "anger ingen egen summa" in total_text(3, None, "st")
    assert "är densamma" in total_text(3, 3, "st")


class TestMeasureFiles:
    """Any measure per organisation and date, by code or name."""

    def read(self, text: str, **options):
        region = region_of("91")
        return measure_in_file(text.encode(), file_name="matt.csv", day=NEW_YEARS_EVE, region=region, **options)

    def test_codes_and_names_are_both_known(self):
        read = self.read("organisation;veckor\nAlby kommun;12\nBjörnå;0\n9103;7\nRegion Prov;40\nSumma;60\n")
        assert read.values == {"9101": 12, "9102": 0, "9103": 7, "91": 40}
        assert (read.stated_total, read.source) == (60, "Filen matt.csv")

    def test_a_given_total_goes_before_the_one_in_the_file(self):
        assert self.read("kod;v\n9101;1\nSumma;2\n", stated_total=3).stated_total == 3

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("kod;v\n9101;1\nNarnia;2\n", "rad 3, kolumn B (v): det finns ingen organisation ”Narnia”"),
            ("kod;v\n9101;1\nAlby;2\n", "rad 3, kolumn B (v): Alby finns redan (Blad matt.csv, rad 2"),
            ("kod;v\n9101;1\n9102;\n", "rad 3, kolumn B (v): 9102 har inget värde"),
            ("kod;v\n9101;ett\n9102;1\n", "rad 2, kolumn B (v): 9101 har värdet ”ett”"),
            ("kod;2020\n9101;1\n", "avser 2020, inte 2029-12-31"),
        ],
    )
    def test_a_fault_says_its_row_and_column(self, text, said):
        with pytest.raises(FiguresRefused) as caught:
            self.read(text)
        assert said in caught.value.reason

    def test_a_name_that_two_share_stands_for_neither(self):
        for code, slug in (("9201", "habo-a"), ("9202", "habo-b")):
            Organisation.objects.create(code=code, kind="municipality", name="Habo", short_name="Habo", slug=slug)
        with pytest.raises(FiguresRefused, match="ingen organisation ”Habo”"):
            self.read("kod;v\nHabo;1\n")


def test_regions_are_the_counties_and_the_whole_country(django_assert_num_queries):
    with django_assert_num_queries(1):
        regions = known_regions()
    assert (regions["12"].name, len(regions["12"].members)) == ("Skåne län", 33)
    assert (regions["00"].name, len(regions["00"].members)) == ("Riket", 293)
    assert regions["12"].members["1285"] == "Eslöv"
    with pytest.raises(FiguresRefused, match="inget område med koden ”99”"):
        region_of("99")


def test_storing_takes_the_same_number_of_queries_for_any_number_of_values(django_assert_max_num_queries):
    key = AllocationKey.objects.get(slug="folkmangd")
    codes = list(Organisation.objects.filter(kind="municipality").values_list("code", flat=True))
    counts = []
    store(key, figures(day=datetime.date(2019, 5, 31)))
    for day, size in ((datetime.date(2019, 6, 30), 3), (datetime.date(2019, 7, 31), 50)):
        read = figures(dict.fromkeys(codes[:size], 1), day=day)
        with django_assert_max_num_queries(60) as captured:
            store(key, read)
        counts.append(len(captured))
    assert counts[0] == counts[1]
