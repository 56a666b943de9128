"""Notes under a draft's table and the places of their marks; and what may be removed together with what."""

import pytest

from budgets import note_editing
from budgets.models import NotePlacement, TableNote
from plans.deletion import Keeps, Part, delete_row, restore
from plans.editing import EditCollision, EditRefused, value_digest
from plans.models import LogEntry
from skane_digi.workspace.removal import DELETION
from tests import factories as make


@pytest.fixture
def plan(db):
    return make.make_plan()


@pytest.fixture
def by(db):
    return make.make_user("ekonom@prov.example")


def test_a_note_comes_last_and_the_log_tells_it(plan, by):
    make.make_note(plan)
    note = note_editing.add_note(plan=plan, mark=" ** ", text="Ny\nnot.", by=by)
    assert list(plan.table_notes.all())[-1] == note
    assert LogEntry.objects.get().after == {"mark": "**", "text": "Ny not."}


@pytest.mark.parametrize(
    ("mark", "text", "words"), [("*", "x", "redan en not"), ("", "x", "märke"), ("#", " ", "text")]
)
def test_a_note_has_a_mark_of_its_own_and_a_text(plan, by, mark, text, words):
    make.make_note(plan)
    with pytest.raises(EditRefused, match=words):
        note_editing.add_note(plan=plan, mark=mark, text=text, by=by)
    assert plan.table_notes.count() == 1


def test_a_mark_is_changed_but_not_to_one_that_is_taken_nor_over_somebody_elses_change(plan, by):
    note, other = make.make_note(plan), make.make_note(plan, "**")
    bases = {"mark": value_digest(note, "mark")}
    with pytest.raises(EditRefused, match=r"\*\* har redan en not"):
        note_editing.edit_note(note, values={"mark": other.mark}, bases=bases, by=by)
    note_editing.edit_note(note, values={"mark": "1"}, bases=bases, by=by)
    with pytest.raises(EditCollision):
        note_editing.edit_note(note, values={"mark": "2"}, bases=bases, by=by)
    assert TableNote.objects.get(pk=note.pk).mark == "1"


def test_notes_change_places_and_stop_at_the_ends(plan, by):
    first, second = make.make_note(plan), make.make_note(plan, "**")
    assert note_editing.move_note(second, steps=-1, by=by) == 1
    assert list(plan.table_notes.all()) == [second, first]
    assert note_editing.move_note(second, steps=-1, by=by) == 1
    assert LogEntry.objects.filter(action="moved").count() == 1


def test_a_note_that_a_line_without_figure_needs_cannot_go(plan, by):
    note = make.make_note(plan)
    make.make_line(make.make_area(plan, "Beslutsstöd"), None, note=note)
    with pytest.raises(EditRefused, match="säger varför Beslutsstöd 2030 SGD saknar belopp"):
        note_editing.remove_note(note, by=by)
    assert plan.table_notes.exists()


def test_a_note_that_stands_at_an_amount_cannot_go_either(plan, by):
    note = make.make_note(plan)
    for number in range(5):
        make.make_line(make.make_area(plan, f"Område {number}"), 1, note=note)
    with pytest.raises(EditRefused, match=r"Område 2 2030 SGD och 2 till\. Välj"):
        note_editing.remove_note(note, by=by)


def test_a_note_goes_with_the_places_of_its_mark_and_comes_back_with_them(plan, by):
    note = make.make_note(plan)
    make.make_placement(note, "cost_table")
    entry = note_editing.remove_note(note, by=by)
    assert not NotePlacement.objects.filter(note__plan=plan).exists()
    restored = restore(entry, by=by)
    assert restored.placements.get().place == "cost_table"


def test_a_mark_is_placed_once_and_taken_away(plan, by):
    note, form = make.make_note(plan), make.make_funding_form("sgd")
    place = {"place": "column_foot", "funding_form": form, "year": 2030}
    placement = note_editing.place_note(note, **place, by=by)
    assert LogEntry.objects.get().after["year"] == 2030
    with pytest.raises(EditRefused, match="står redan där"):
        note_editing.place_note(note, **place, by=by)
    note_editing.unplace_note(placement, by=by)
    assert not note.placements.exists()


@pytest.mark.parametrize("place", ["funding_form", "column_foot"])
def test_a_place_says_where(plan, by, place):
    with pytest.raises(EditRefused, match="Ange finansieringsform"):
        note_editing.place_note(make.make_note(plan), place=place, by=by)


def test_a_place_is_in_the_plans_own_collaboration(plan, by):
    form = make.make_funding_form("sgd", collaboration=make.make_collaboration("annan"))
    with pytest.raises(EditRefused, match="annan samverkan"):
        note_editing.place_note(make.make_note(plan), place="funding_form", funding_form=form, by=by)


@pytest.mark.parametrize("model", list(DELETION), ids=lambda model: model.__name__)
def test_every_relation_of_what_can_be_removed_is_named(model):
    """A relation that nobody has thought of would stop a removal with an error, or lose rows."""
    relations = {field.get_accessor_name() for field in model._meta.related_objects if not field.hidden}
    assert relations == set(DELETION[model])
    for field in model._meta.related_objects:
        if not field.hidden and isinstance(DELETION[model][field.get_accessor_name()], Part):
            assert field.related_model in DELETION, field
    assert all(rule.reason for rule in DELETION[model].values() if isinstance(rule, Keeps))


def test_an_area_takes_its_money_along_and_brings_it_back(plan, by):
    area = make.make_area(plan)
    make.make_line(area, 500, note=make.make_note(plan))
    make.make_statement(area)
    entry = delete_row(area, declaration=DELETION, by=by)
    assert not plan.focus_areas.exists()
    restored = restore(entry, by=by)
    assert (restored.budget_lines.get().amount, restored.budget_statements.count()) == (500, 1)
