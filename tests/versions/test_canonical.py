"""The document tree as JSON and back: exactly the same, on real plans and on small trees that nobody chose."""

import dataclasses
import datetime
import enum
import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgets.tables import BudgetTable
from plans import dataclass_json
from plans.dataclass_json import UnreadableJson, decimal_text, parse
from plans.log import canonical
from plans.models import Plan
from plans.models.version import fingerprint_of
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.render import plan_html
from skane_digi.documents.tree import (
    Block,
    ListItem,
    Paragraph,
    PlanDocument,
    RichText,
    Run,
    Section,
    SubHeading,
    TextList,
    Watched,
)
from skane_digi.versions.canonical import document_from_json, document_json

KEPT = Path(__file__).parent / "format_1.json"
DOCS = Path(__file__).parents[2] / "docs" / "versioner.md"

words = st.text(max_size=8)
runs = st.lists(st.builds(Run, words, st.booleans(), st.booleans(), words), max_size=3).map(tuple)
lists = st.recursive(
    st.builds(TextList, st.lists(st.builds(ListItem, runs), max_size=2).map(tuple), st.booleans()),
    lambda inner: st.builds(
        TextList, st.lists(st.builds(ListItem, runs, st.tuples(inner)), min_size=1, max_size=2).map(tuple)
    ),
    max_leaves=4,
)
blocks = st.one_of(st.builds(Paragraph, runs), st.builds(SubHeading, words, st.integers(1, 3)), lists)
rich_texts = st.builds(RichText, st.lists(blocks, max_size=3).map(tuple))
budgets = st.builds(BudgetTable, words, words, *[st.just(())] * 4, st.booleans(), st.booleans(), words)
documents = st.builds(
    PlanDocument,
    **dict.fromkeys(("slug", "title", "subtitle", "strategy", "collaboration", "years_text", "date_note"), words),
    years=st.lists(st.integers(1990, 2200), max_size=2).map(tuple),
    status=st.sampled_from([*Plan.Status, "draft"]),
    is_decided=st.booleans(),
    dated_on=st.none() | st.dates(),
    sections_before=st.lists(st.builds(Section, words, words, rich_texts), max_size=2).map(tuple),
    watched=st.lists(st.builds(Watched, words, words), max_size=2).map(tuple),
    budget=budgets,
    **dict.fromkeys(("areas", "ended_areas", "sections_after", "costs"), st.just(())),
)


class Season(enum.Enum):
    SPRING = "vår"


@dataclass(frozen=True)
class Everything:
    """Every kind of value there is."""

    amount: Decimal
    part: Fraction
    day: datetime.date | None
    season: Season
    pair: tuple[str, int]
    by_name: dict[str, tuple[Decimal, ...]]
    block: Block | None
    added_later: str = "förval"


everything = st.builds(
    Everything,
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.fractions(),
    st.none() | st.dates(),
    st.sampled_from(Season),
    st.tuples(words, st.integers()),
    st.dictionaries(words, st.lists(st.decimals(0, 10**12, places=2), max_size=2).map(tuple), max_size=2),
    st.none() | blocks,
    words,
)


@pytest.fixture(params=["2024", "2022-2023"])
def document(request, real_plans) -> PlanDocument:
    return build_plan_document(Plan.objects.get(slug=request.param))


def by_text(document: PlanDocument) -> PlanDocument:
    return document_from_json(parse(canonical(document_json(document))))


def test_a_real_plan_comes_back_exactly_as_it_was(document):
    back = by_text(document)
    assert back == document
    assert plan_html(back) == plan_html(document)
    assert canonical(document_json(back)) == canonical(document_json(document))


def test_every_field_of_the_tree_is_written(document):
    def assert_whole(data, value):
        if dataclasses.is_dataclass(value):
            assert set(data) - {"type"} == {field.name for field in dataclasses.fields(value)}
            for field in dataclasses.fields(value):
                assert_whole(data[field.name], getattr(value, field.name))
        elif isinstance(value, tuple):
            assert len(data) == len(value)
            for part, own in zip(data, value, strict=True):
                assert_whole(part, own)

    assert_whole(document_json(document), document)


@settings(max_examples=150)
@given(documents)
def test_any_document_comes_back_exactly_as_it_was(document):
    assert by_text(document) == document


@settings(max_examples=150)
@given(everything)
def test_every_kind_of_value_comes_back_exactly_as_it_was(value):
    text = canonical(dataclass_json.write(value, Everything))
    assert dataclass_json.read(parse(text), Everything) == value


@given(everything)
def test_no_number_with_decimals_is_a_float(value):
    def assert_no_float(data):
        assert not isinstance(data, float)
        for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            assert_no_float(part)

    assert_no_float(json.loads(canonical(dataclass_json.write(value, Everything))))


def test_equal_documents_give_equal_text_however_their_zeros_are_written(document):
    other = dataclasses.replace(
        document,
        costs=tuple(
            dataclasses.replace(cost, table=dataclasses.replace(cost.table, total=cost.table.total + Decimal("0.0000")))
            for cost in document.costs
        ),
    )
    assert [str(cost.table.total) for cost in other.costs] != [str(cost.table.total) for cost in document.costs]
    assert other == document
    assert canonical(document_json(other)) == canonical(document_json(document))


@pytest.mark.parametrize(
    ("number", "text"),
    [("1150000.00", "1150000"), ("25762.170", "25762.17"), ("-0.00", "0"), ("1E+3", "1000"), ("-0.5", "-0.5")],
)
def test_a_number_is_written_in_one_way(number, text):
    assert decimal_text(Decimal(number)) == text


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_written(number):
    with pytest.raises(TypeError, match="inte ett tal"):
        decimal_text(Decimal(number))


@pytest.mark.parametrize(
    "change",
    [
        {"title": 7},
        {"is_decided": "ja"},
        {"years": [2024]},
        {"years": (True,)},
        {"dated_on": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)},
        {"budget": None},
        {"watched": (Run("fel slag"),)},
    ],
)
def test_a_value_of_another_kind_than_declared_is_not_written(change, document):
    with pytest.raises(TypeError, match="är inte"):
        document_json(dataclasses.replace(document, **change))


def changed(document: PlanDocument, change) -> dict:
    data = document_json(document)
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("title"), "^fältet title saknas"),
        (lambda data: data["areas"][2].pop("goals"), r"^areas\[2\]: fältet goals saknas"),
        (lambda data: data.update(nytt=1), "^okänt fält: nytt"),
        (lambda data: data.update(title=None), "^title: här ska stå text, inte None"),
        (lambda data: data.update(is_decided=0), "^is_decided: här ska stå sant eller falskt"),
        (lambda data: data.update(years=["2024"]), r"^years\[0\]: här ska stå ett heltal"),
        (lambda data: data.update(dated_on="13 februari"), "^dated_on: här ska stå en dag"),
        (lambda data: data.update(dated_on="2024-02-30"), "^dated_on: här ska stå en dag"),
        (lambda data: data.update(areas={}), "^areas: här ska stå en lista"),
        (lambda data: data.update(budget=[]), "^budget: här ska stå ett objekt"),
        (lambda data: data["costs"][0]["table"].update(total="1750000.00"), r"^costs\[0\]\.table\.total: .* ett tal"),
        (lambda data: data["costs"][0]["table"].update(total=1750000), r"^costs\[0\]\.table\.total: .* ett tal"),
        (lambda data: data["costs"][0]["table"]["rows"][0].update(fraction="2/4"), r"rows\[0\]\.fraction: .*bråk"),
        (
            lambda data: data["areas"][0]["background"]["blocks"][0].update(type="Bild"),
            r"^areas\[0\]\.background\.blocks\[0\]: slaget 'Bild' finns inte",
        ),
    ],
)
def test_what_is_not_as_written_is_refused_with_its_place(change, message, plan_2024):
    with pytest.raises(UnreadableJson, match=message):
        document_from_json(changed(build_plan_document(plan_2024), change))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "inte JSON"),
        ('{"a": 1}', "inte skriven i kanonisk form"),
        ('{"b":1,"a":1}', "inte skriven i kanonisk form"),
        ('{"a":1,"a":2}', "inte skriven i kanonisk form"),
        ('{"a":"\\u00e5"}', "inte skriven i kanonisk form"),
        ('{"a":1.5}', "1.5 står som flyttal"),
        ('{"a":NaN}', "NaN står som flyttal"),
    ],
)
def test_text_in_any_other_form_is_refused(text, message):
    with pytest.raises(UnreadableJson, match=message):
        parse(text)


def test_a_field_added_later_is_read_as_its_default_from_older_text():
    """docs/versioner.md: a new field has a default, so that what was frozen before it can be read."""
    value = Everything(Decimal(1), Fraction(1), None, Season.SPRING, ("a", 1), {}, None)
    older = dataclass_json.write(value, Everything)
    del older["added_later"]
    assert dataclass_json.read(older, Everything) == value


def test_a_field_that_says_which_kind_it_is_cannot_also_be_a_field():
    @dataclass(frozen=True)
    class Kind:
        type: str

    with pytest.raises(TypeError, match="inte säga vilken"):
        dataclass_json.write(Kind("a"), Kind | Run)


def test_what_was_frozen_in_the_first_format_can_be_read_for_ever():
    """If this fails the tree has changed so that old versions cannot be read: see docs/versioner.md."""
    document = document_from_json(parse(KEPT.read_text(encoding="utf-8").rstrip("\n"))["document"])
    assert document.title == "Handlingsplan 2024"
    assert document.costs[0].table.total == Decimal(1_750_000)
    assert document.budget.disagrees


def test_the_worked_example_of_the_documentation_is_right():
    text = DOCS.read_text(encoding="utf-8")
    example, digest = re.findall(r"```\n(\{.*\}|[0-9a-f]{64})\n```", text)
    assert canonical(parse(example)) == example
    assert parse(example)["allocation"] == hashlib.sha256(b"[]").hexdigest()
    assert hashlib.sha256(example.encode()).hexdigest() == digest
    assert f"`Version 1 · {fingerprint_of(digest)}`" in text
