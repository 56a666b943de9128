"""The typefaces of page and PDF."""

import hashlib
import shutil

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import override_settings
from fontTools.ttLib import TTFont

from skane_digi.documents import fonts
from skane_digi.documents.fonts import (
    REPLACEMENT,
    build_fonts,
    coverage,
    font_file,
    font_names,
    settable,
    unsettable_characters,
    wanted_characters,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("typsnitt") / "fonts"
    shutil.copytree(settings.FONTS_DIR, folder)
    return folder


def digests(folder) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_a_second_run_does_nothing(built):
    before = {file: file.stat().st_mtime_ns for file in built.iterdir()}
    assert build_fonts(built) is False
    assert {file: file.stat().st_mtime_ns for file in built.iterdir()} == before


def test_a_missing_file_is_made_again_with_the_same_bytes(built):
    before = digests(built)
    (built / "SourceSansPro-It.woff2").unlink()
    assert build_fonts(built) is True
    assert digests(built) == before


def test_another_version_is_not_up_to_date(built, monkeypatch):
    made = []
    monkeypatch.setattr(fonts, "LAYOUT_VERSION", -1)
    monkeypatch.setattr(fonts, "_cut", lambda name: made.append(name) or TTFont(built / "SourceSansPro-It.ttf"))
    monkeypatch.setattr(fonts, "_write", lambda font, path: None)
    stamp = (built / ".version").read_text()
    assert build_fonts(built) is True
    assert made == list(font_names())
    (built / ".version").write_text(stamp)


def test_every_style_comes_for_page_and_pdf_and_keeps_its_features(built):
    for name in font_names():
        with TTFont(built / f"{name}.woff2") as web, TTFont(built / f"{name}.ttf") as font:
            assert web.getBestCmap() == font.getBestCmap()
            assert set("åäöÅÄÖéü–−×≈§•*†\u202f\u00a0\u2009\u2011").issubset(map(chr, font.getBestCmap()))
            assert "kern" in {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}
            features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert "liga" in features
            assert ("tnum" in features) == name.startswith("SourceSerif")
            assert font["OS/2"].fsType == 0


def test_the_cut_files_do_not_carry_the_reserved_name(built):
    """SIL OFL 1.1: no modified version may use the reserved font name."""
    for name in font_names():
        with TTFont(built / f"{name}.ttf") as font:
            names = [str(record) for record in font["name"].names if record.nameID in {1, 4, 6}]
            assert names
            assert not any("Source" in text for text in names)


def test_figures_are_equally_wide_and_the_thousands_space_is_seen(built):
    with TTFont(built / "SourceSansPro-Regular.ttf") as font:
        characters, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[characters[ord(digit)]][0] for digit in "0123456789"}) == 1
        assert widths[characters[0x202F]][0] == font["head"].unitsPerEm // 5


def test_swedish_text_is_set_as_it_is_and_other_signs_become_visible():
    text = "Åäö é – ”citat” 2 100 000 kr §\u202f1 → ≠ ≈ ✓"
    assert settable(text) == text
    assert settable("a\u030a") == "å"
    assert settable("ja 😀 中") == f"ja {REPLACEMENT} {REPLACEMENT}"
    assert settable("a\u202eb\x07c\td\u3000e") == "abc d e"
    assert unsettable_characters("ja 😀 å\u200b") == {"😀"}
    assert ord(REPLACEMENT) in coverage()
    assert coverage() <= wanted_characters()


def test_a_missing_typeface_is_said_with_the_command_that_makes_it(tmp_path):
    with (
        override_settings(FONTS_DIR=tmp_path),
        pytest.raises(ImproperlyConfigured, match="manage build_fonts"),
    ):
        font_file("SourceSansPro-Regular")


def test_the_command_says_what_it_did(capsys):
    call_command("build_fonts")
    assert "aktuella" in capsys.readouterr().out
