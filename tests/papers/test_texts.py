"""The collaboration's own wordings: placeholders checked, nothing overwritten unseen, every change in the log."""

import pytest

from plans.models import LogEntry, PaperText
from skane_digi.documents.richtext import parse_html, to_html
from skane_digi.papers.placeholders import PLACEHOLDERS, fault_in, fill
from skane_digi.papers.standard_texts import INSTANCE, LEGAL, SLOT_BY_KEY, SLOTS
from skane_digi.papers.texts import (
    STANDARD,
    TextCollision,
    TextRefused,
    base_of,
    restore_standard_text,
    set_paper_text,
    texts_of,
)
from tests import factories as make

pytestmark = pytest.mark.django_db
MUNICIPALITY = "municipality"


@pytest.fixture
def place():
    return {"collaboration": make.make_collaboration(), "slot": LEGAL, "kind": MUNICIPALITY, "by": None}


def entries() -> list[LogEntry]:
    return list(LogEntry.objects.filter(subject="plans.papertext").order_by("number"))


class TestStandardTexts:
    @pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.key)
    def test_each_can_be_filled_in_and_is_as_the_field_keeps_it(self, slot):
        for kind in ("region", "municipality"):
            assert fault_in(slot.standard(kind)) == ""
            assert slot.is_line or to_html(parse_html(slot.standard(kind))) == slot.standard(kind)

    def test_region_and_municipality_are_worded_differently(self):
        assert SLOT_BY_KEY["instance"].region == "Regionstyrelsen"
        assert "kommunfullmäktige" in SLOT_BY_KEY["proposal"].municipality
        for slot in SLOTS:
            assert "kommunens" not in slot.region.lower()
            assert "regionens" not in slot.municipality.lower()


class TestPlaceholders:
    def test_those_that_are_known_are_filled_in_wherever_they_stand(self):
        text = parse_html(
            "<h3>{plan}</h3><p>Om <em>{organisation}</em>.</p><ul><li>{år}<ul><li>{version}</li></ul></li></ul>"
        )
        values = dict.fromkeys(PLACEHOLDERS, "X") | {"plan": "Planen", "organisation": "Eslöv & co"}
        assert to_html(fill(text, values)) == (
            "<h3>Planen</h3><p>Om <em>Eslöv &amp; co</em>.</p><ul><li>X<ul><li>X</li></ul></li></ul>"
        )

    def test_an_unknown_one_is_refused_by_name(self):
        assert "{kommun} går inte att fylla i" in fault_in("<p>Hej {kommun}, {plan}.</p>")
        assert "{}" in fault_in("<p>{}</p>")

    def test_one_cut_in_two_by_its_setting_is_refused(self):
        assert "på samma sätt" in fault_in("<p>{<strong>plan</strong>}</p>")

    def test_braces_by_themselves_are_only_braces(self):
        assert fault_in("<p>En klammer { och en till.</p>") == ""


class TestSaving:
    def test_an_own_text_is_kept_and_logged(self, place):
        row = set_paper_text(text="<p>Egen bedömning.</p>", base=STANDARD, **place)
        assert row.text == "<p>Egen bedömning.</p>"
        (entry,) = entries()
        assert (entry.action, entry.after) == ("created", {"text": "<p>Egen bedömning.</p>"})
        assert texts_of(place["collaboration"]).html(LEGAL, MUNICIPALITY) == "<p>Egen bedömning.</p>"
        assert texts_of(place["collaboration"]).html(LEGAL, "region") == LEGAL.region

    def test_a_change_says_what_was_there_before(self, place):
        row = set_paper_text(text="<p>Ett.</p>", base=STANDARD, **place)
        set_paper_text(text="<p>Två.</p>", base=base_of(row), **place)
        assert entries()[-1].before == {"text": "<p>Ett.</p>"}
        assert PaperText.objects.get().text == "<p>Två.</p>"

    def test_nothing_is_logged_where_nothing_is_changed(self, place):
        row = set_paper_text(text="<p>Ett.</p>", base=STANDARD, **place)
        set_paper_text(text="<p>Ett.</p>", base=base_of(row), **place)
        set_paper_text(text=LEGAL.region, base=STANDARD, **{**place, "kind": "region"})
        assert len(entries()) == 1

    def test_what_somebody_else_has_saved_is_not_overwritten(self, place):
        set_paper_text(text="<p>Deras.</p>", base=STANDARD, **place)
        with pytest.raises(TextCollision) as caught:
            set_paper_text(text="<p>Min.</p>", base=STANDARD, **place)
        assert caught.value.current == "<p>Deras.</p>"
        assert caught.value.entry == entries()[-1]
        assert PaperText.objects.get().text == "<p>Deras.</p>"
        set_paper_text(text="<p>Båda.</p>", base=caught.value.base, **place)
        assert PaperText.objects.get().text == "<p>Båda.</p>"

    def test_a_text_that_somebody_else_has_put_back_is_not_made_anew_unseen(self, place):
        row = set_paper_text(text="<p>Ett.</p>", base=STANDARD, **place)
        base = base_of(row)
        restore_standard_text(base=base, **place)
        with pytest.raises(TextCollision) as caught:
            set_paper_text(text="<p>Två.</p>", base=base, **place)
        assert caught.value.current == LEGAL.municipality
        assert caught.value.entry.action == "deleted"

    def test_going_back_to_the_standard_text_keeps_the_own_one_in_the_log(self, place):
        row = set_paper_text(text="<p>Ett.</p>", base=STANDARD, **place)
        restore_standard_text(base=base_of(row), **place)
        assert not PaperText.objects.exists()
        assert (entries()[-1].action, entries()[-1].before) == ("deleted", {"text": "<p>Ett.</p>"})

    def test_the_standard_text_word_for_word_is_no_text_of_ones_own(self, place):
        row = set_paper_text(text="<p>Ett.</p>", base=STANDARD, **place)
        assert set_paper_text(text=LEGAL.municipality, base=base_of(row), **place) is None
        assert not PaperText.objects.exists()

    def test_an_empty_text_is_kept_as_one(self, place):
        assert set_paper_text(text="<p> </p>", base=STANDARD, **place).text == ""
        assert not texts_of(place["collaboration"]).rich(LEGAL, MUNICIPALITY, {})

    @pytest.mark.parametrize(
        ("slot", "text", "words"),
        [
            (LEGAL, "<p>{nonsens}</p>", "{nonsens} går inte att fylla i"),
            (INSTANCE, "  ", "Skriv ett namn"),
            (INSTANCE, "x" * 121, "högst 120 tecken"),
        ],
    )
    def test_a_text_that_cannot_be_used_is_refused_and_changes_nothing(self, place, slot, text, words):
        with pytest.raises(TextRefused, match=words):
            set_paper_text(text=text, base=STANDARD, **{**place, "slot": slot})
        assert not PaperText.objects.exists()
        assert not entries()

    def test_markup_that_a_paper_cannot_carry_is_dropped(self, place):
        text = '<p onclick="x">Ren</p><script>alert(1)</script><img src="https://x.example/y">'
        assert set_paper_text(text=text, base=STANDARD, **place).text == "<p>Ren</p>"
