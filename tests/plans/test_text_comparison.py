"""Words marked between two texts: both come back, and the marks can be read."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.text_comparison import (
    ChangeKind,
    RunKind,
    compare_texts,
    mark_words,
    similarity,
    text_after,
    text_before,
)

WORDS = st.lists(
    st.sampled_from(["vård", "Vård", "och", "i", "kommunen", "kommunerna", "å", "2024", ",", " ", "\n", ""])
)
TEXTS = st.one_of(st.text(max_size=60), WORDS.map(" ".join), WORDS.map("".join))
LISTS = st.lists(TEXTS, max_size=8)


def marked(before: str, after: str) -> str:
    marks = {RunKind.KEPT: "{}", RunKind.REMOVED: "[{}]", RunKind.ADDED: "<{}>"}
    return "".join(marks[run.kind].format(run.text) for run in mark_words(before, after))


@settings(max_examples=300)
@given(TEXTS, TEXTS)
def test_the_marked_words_give_both_texts_back(before, after):
    runs = mark_words(before, after)
    assert (text_before(runs), text_after(runs)) == (before, after)
    assert all(run.text for run in runs)


@settings(max_examples=150)
@given(LISTS, LISTS)
def test_the_changes_of_a_list_give_both_lists_back(before, after):
    """Every text is somewhere once: applied to the list before, the changes give the list after, and the other way."""
    changes = compare_texts(before, after)
    olds = {change.before: change.text_before for change in changes if change.before is not None}
    news = {change.after: change.text_after for change in changes if change.after is not None}
    assert [olds[place] for place in range(len(before))] == before
    assert [news[place] for place in range(len(after))] == after
    assert len(olds) + len(news) == len(before) + len(after)
    assert [change.after for change in changes if change.after is not None] == list(range(len(after)))
    for change in changes:
        expected = (
            ChangeKind.ADDED
            if change.before is None
            else ChangeKind.REMOVED
            if change.after is None
            else ChangeKind.KEPT
            if before[change.before] == after[change.after]
            else ChangeKind.CHANGED
        )
        assert change.kind == expected


@settings(max_examples=100)
@given(LISTS)
def test_a_list_beside_itself_is_kept_in_place(texts):
    changes = compare_texts(texts, texts)
    assert all(change.kind == ChangeKind.KEPT and not change.is_moved for change in changes)


@settings(max_examples=100)
@given(LISTS, st.randoms(use_true_random=False))
def test_a_shuffled_list_keeps_every_text(texts, random):
    shuffled = random.sample(texts, len(texts))
    assert Counter(change.kind for change in compare_texts(texts, shuffled)) == Counter({ChangeKind.KEPT: len(texts)})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "Verka för att fler ansluts som konsumenter.",
            "Verka för att samtliga ansluts som konsumenter.",
            "Verka för att [fler]<samtliga> ansluts som konsumenter.",
        ),
        (
            "Möjliggöra bättre integrationer med andra system.",
            "Göra bättre integrationer med andra system möjliga.",
            "[Möjliggöra]<Göra> bättre integrationer med andra system< möjliga>.",
        ),
        ("", "Nytt.", "<Nytt.>"),
        ("Borta.", "", "[Borta.]"),
        ("Samma.", "Samma.", "Samma."),
    ],
)
def test_the_words_that_changed_are_marked(before, after, expected):
    assert marked(before, after) == expected


def test_a_short_word_left_between_two_changes_joins_them():
    assert (
        marked("Kommunerna i Skåne delar en gemensam tjänst.", "Regionen i Halland delar en gemensam tjänst.")
        == "[Kommunerna i Skåne]<Regionen i Halland> delar en gemensam tjänst."
    )


def test_a_text_that_keeps_little_is_shown_whole():
    before = "Samtliga ska bli konsumenter och därmed tillgängliggöra journalinformation."
    after = "Alla ska både producera, läsa och bevara uppgifter i patientöversikten."
    assert marked(before, after) == f"[{before}]<{after}>"


def test_alike_texts_are_paired_whatever_their_place_and_the_rest_is_new_or_gone():
    before = ["Fler ansluts som konsumenter.", "Tjänsten används mer överlag."]
    after = ["Helt annat mål om säkra möten.", "Verka för att fler ansluts som konsumenter."]
    assert [(change.kind, change.before, change.after) for change in compare_texts(before, after)] == [
        (ChangeKind.ADDED, None, 0),
        (ChangeKind.CHANGED, 0, 1),
        (ChangeKind.REMOVED, 1, None),
    ]


def test_the_most_alike_of_several_is_chosen():
    before = ["En större andel av kommunerna blir producenter.", "En större andel av kommunerna blir konsumenter."]
    after = ["Verka för att en större andel av kommunerna blir konsumenter."]
    assert [(change.before, change.after) for change in compare_texts(before, after)] == [(0, None), (1, 0)]


def test_only_what_changed_place_is_called_moved():
    changes = compare_texts(["ett", "två", "tre", "fyra"], ["två", "tre", "fyra", "ett"])
    assert [change.text_after for change in changes if change.is_moved] == ["ett"]


def test_only_equal_texts_are_paired_when_asked():
    """A body does not become another because their names are alike."""
    kinds = [change.kind for change in compare_texts(["Styrgruppen A"], ["Styrgruppen B"], only_equal=True)]
    assert kinds == [ChangeKind.REMOVED, ChangeKind.ADDED]


def test_an_inflected_word_is_mostly_the_same_word():
    assert similarity("kommunen", "kommunerna") > 0.5
    assert similarity("Kommunen.", "kommunen") == 1
    assert similarity("vård", "budget") == 0
    assert similarity("", "") == 0


@pytest.mark.parametrize("word", ["a ", "ab cd ", "och vården "])
def test_a_hostile_text_is_compared_in_reasonable_time(word):
    began = time.perf_counter()
    mark_words(word * 1500, (word * 1499)[::-1])
    mark_words(word * 50_000, word * 49_999)
    compare_texts([f"{word}{number}" for number in range(1500)], [f"{number}{word}" for number in range(1500)])
    assert time.perf_counter() - began < 8
