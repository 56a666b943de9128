"""``manage.py papers``: what the buttons do, for a scheduler or an auditor."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def papers(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("papers", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _short(quick_papers):
    pass


def test_it_writes_one_organisations_papers_and_says_which(version_2024, tmp_path):
    written = papers("2024", "--organisation", "1285", "--output", str(tmp_path / "ut"))
    assert len(written) == 6
    assert all(Path(name).is_file() for name in written)
    assert {Path(name).parent.name for name in written} == {"ut", "1285 Eslövs kommun"}


def test_it_writes_all_as_a_zip(version_2024, tmp_path):
    target = tmp_path / "handlingar.zip"
    written = papers("2024", "--kind", "decision", "--format", "pdf", "--number", "1", "--output", str(target))
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert [*written, "Innehåll.txt"] == archive.namelist()
    assert len(written) == 34


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1999"], "Det finns ingen handlingsplan med kortnamnet ”1999”"),
        (["2022-2023"], "är inte fryst"),
        (["2024", "--number", "7"], "har ingen version 7"),
        (["2024", "--organisation", "0180"], "Ingen organisation med koden 0180"),
    ],
)
def test_what_is_not_there_is_said(version_2024, tmp_path, arguments, words):
    with pytest.raises(CommandError, match=words):
        papers(*arguments, "--output", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(version_2024, tmp_path):
    (tmp_path / "fil").write_text("")
    with pytest.raises(CommandError, match="Ange en annan plats med --output"):
        papers("2024", "--organisation", "1285", "--output", str(tmp_path / "fil" / "mapp"))
