"""manage.py render PLAN [--output FIL] [--format pdf|html]"""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from skane_digi.documents.render import plan_html
from tests import factories
from tests.documents.reading import pdf_of


def test_it_writes_a_pdf_named_after_the_plan_in_the_folder_one_stands_in(document_2024, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call_command("render", "2024")
    assert (tmp_path / "handlingsplan-2024.pdf").read_bytes() == pdf_of(document_2024)
    assert "handlingsplan-2024.pdf" in capsys.readouterr().out


def test_it_writes_html_to_the_file_asked_for(document_2022_2023, tmp_path):
    target = tmp_path / "plan.html"
    call_command("render", "2022-2023", "--format", "html", "--output", str(target))
    assert target.read_text(encoding="utf-8") == plan_html(document_2022_2023)


def test_an_unknown_plan_is_answered_with_those_that_exist(real_plans):
    with pytest.raises(CommandError, match="”1999”.*2024, 2022-2023"):
        call_command("render", "1999")


def test_a_file_that_cannot_be_written_is_said_in_swedish(real_plans, tmp_path):
    with pytest.raises(CommandError, match="kunde inte skrivas.*--output"):
        call_command("render", "2024", "--output", str(tmp_path / "saknas" / "plan.pdf"))


def test_characters_that_cannot_be_set_are_warned_of(db, tmp_path, capsys):
    plan = factories.make_plan(title="Plan 😀")
    call_command("render", plan.slug, "--format", "html", "--output", str(tmp_path / "plan.html"))
    assert "Varning" in capsys.readouterr().err


def test_the_exit_status_tells_a_failure(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "render", "finns-inte", "--format", "bild"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=False,
        env={"DEMO": "1", "PATH": "", "DATABASE_URL": f"sqlite:///{tmp_path}/tom.sqlite3"},
    )
    assert done.returncode != 0
