"""What holds for the whole code base: who may import what, how models and commands are made, what the README says."""

import argparse
import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import models
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils.text import camel_case_to_spaces

from budgets.models import Scenario
from plans.models import LogEntry, LogHead, Organisation

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("plans", "budgets", "skane_digi")
MODELS = [model for name in ("plans", "budgets") for model in apps.get_app_config(name).get_models()]
FOREIGN_KEYS = [field for model in MODELS for field in model._meta.get_fields() if field.many_to_one and field.concrete]
COMMANDS = sorted(name for name, app in get_commands().items() if app in PACKAGES)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Rows that the site writes about itself: no fixture and no import names them.
WRITTEN_BY_THE_SITE = {LogEntry, LogHead}
LONGEST_MODULE = 400
LONGEST_VIEW = 20

# Models and fields whose Swedish word is spelt as the English name.
SAME_NAME = {Organisation, Scenario}
SAME_WORD = {"bankgiro", "format", "organisation", "period", "person", "plusgiro", "text", "version"}
# Times are measured in floats; money never is.
MEASURING = {
    "skane_digi/benchmark.py",
    "skane_digi/allocation_benchmark.py",
    "skane_digi/decision_benchmark.py",
    "skane_digi/invoice_benchmark.py",
    "skane_digi/management/commands/bench.py",
}
# Where a person's visit begins, and what a page shows of an invitation at this moment.
AT_THE_DOOR = {"skane_digi/accounts/adapters.py", "skane_digi/models/invitation.py"}
LATE_IMPORTS = {
    "plans/apps.py",  # what Django calls ready() for
    "skane_digi/apps.py",
    "skane_digi/management/commands/render.py",  # HTML needs no system libraries
}
NAMED_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "admin/base_site.html"}
NAMED_BY_ALLAUTH = re.compile(r"429\.html|(?:account|allauth|mfa|socialaccount|usersessions)/.*")


def modules() -> list[Path]:
    found = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 50
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def templates() -> list[Path]:
    found = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert len(found) > 20
    return found


class TestModules:
    def test_only_one_imports_weasyprint(self):
        """DESIGN section 3: only one module imports WeasyPrint, and it lets no URL leave the static files."""
        printing = {"weasyprint", "pydyf"}
        found = {
            name_of(path)
            for path in modules()
            if printing & {name.partition(".")[0] for name in imported(tree_of(path))}
        }
        assert found == {"skane_digi/documents/pdf.py"}

    def test_none_but_the_measurements_knows_a_float(self):
        """DESIGN section 5: never a float."""
        for path in modules():
            if name_of(path) not in MEASURING:
                for node in ast.walk(tree_of(path)):
                    assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), name_of(path)
                    assert not (isinstance(node, ast.Name) and node.id == "float"), name_of(path)

    def test_none_asks_for_the_day_except_a_command(self):
        """STYLE: dates are injected, never today() deep inside."""
        asking = re.compile(r"(?<!at or timezone\.)\b(?:today|now|utcnow|localdate|localtime)\(")
        found = {name_of(path) for path in modules() if asking.search(path.read_text(encoding="utf-8"))}
        assert {name for name in found if "/management/commands/" not in name} <= AT_THE_DOOR, found

    def test_imports_stand_first(self):
        for path in modules():
            functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)]
            if name_of(path) not in LATE_IMPORTS:
                assert not set().union(*map(imported, functions)), name_of(path)

    def test_each_name_says_something_and_none_listens_to_signals(self):
        """DESIGN section 2: utils, helpers, common and services name nothing; no signals but the new connection."""
        for path in modules():
            assert path.stem not in {"utils", "helpers", "common", "services", "misc", "signals"}, name_of(path)
            signals = {name for name in imported(tree_of(path)) if name.endswith((".signals", ".dispatch"))}
            allowed = {"django.db.backends.signals"} if name_of(path) == "plans/collation.py" else set()
            assert signals <= allowed, name_of(path)

    def test_none_is_too_long_to_read(self):
        """DESIGN section 2: split a file when it passes some 400 lines. start.py is one file by promise."""
        for path in [*modules(), *(ROOT / "tests").rglob("*.py")]:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE, name_of(path)

    def test_views_are_short(self):
        """STYLE: views under twenty lines."""
        views = [path for path in modules() if path.parent.name == "views"]
        functions = [node for path in views for node in tree_of(path).body if isinstance(node, ast.FunctionDef)]
        assert len(functions) > 10
        for function in functions:
            assert function.end_lineno - function.lineno < LONGEST_VIEW, function.name

    def test_markup_is_trusted_in_one_place_only(self):
        """DESIGN section 6: text is escaped; one filter writes the blocks of running text, and escapes every word."""
        trusting = re.compile(r"\b(?:mark_safe|SafeString|format_html|html_safe)\b")
        found = {name_of(path) for path in modules() if trusting.search(path.read_text(encoding="utf-8"))}
        assert found == {"skane_digi/templatetags/plan_text.py"}


class TestModels:
    @pytest.mark.parametrize("model", MODELS)
    def test_a_model_says_what_it_is_in_english_and_in_swedish(self, model):
        assert not model.__doc__.startswith(f"{model.__name__}("), "the docstring is Django's own"
        assert model._meta.verbose_name != camel_case_to_spaces(model.__name__) or model in SAME_NAME
        for field in model._meta.concrete_fields:
            if field.name != "id":
                spelt_out = field.name.replace("_", " ")
                assert field.verbose_name != spelt_out or field.name in SAME_WORD, f"{model.__name__}.{field.name}"

    @pytest.mark.parametrize("model", [model for model in MODELS if model not in WRITTEN_BY_THE_SITE])
    def test_a_natural_key_points_to_one_row(self, model):
        own_fields = {lookup.partition("__")[0] for lookup in model.NATURAL_KEY}
        unique = [{field.name} for field in model._meta.concrete_fields if field.unique]
        unique += [
            set(constraint.fields)
            for constraint in model._meta.constraints
            if isinstance(constraint, UniqueConstraint) and constraint.condition is None
        ]
        assert own_fields in unique

    @pytest.mark.parametrize("field", FOREIGN_KEYS, ids=str)
    def test_nothing_is_deleted_by_deleting_something_else(self, field):
        """STYLE: PROTECT by default. DESIGN section 6: nothing is lost."""
        assert field.remote_field.on_delete is models.PROTECT

    @pytest.mark.parametrize("model", MODELS)
    def test_money_is_decimal_with_two_decimals(self, model):
        for field in model._meta.concrete_fields:
            assert not isinstance(field, models.FloatField), field
            if isinstance(field, models.DecimalField):
                assert field.decimal_places == 2, field

    @pytest.mark.parametrize("model", MODELS)
    def test_a_broken_constraint_is_explained_in_swedish(self, model):
        """STYLE: invariants are named constraints. Uniqueness without a condition has Django's own Swedish sentence."""
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint) or constraint.condition is not None:
                own_sentence = constraint.violation_error_message
                assert own_sentence != constraint.default_violation_error_message, constraint.name


class TestCommands:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_help_is_swedish(self, name):
        """DESIGN section 6: a manage.py command with --help; the interface is Swedish."""
        command = load_command_class(get_commands()[name], name)
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        helps = [command.help, *(action.help for action in parser._actions if action.dest != "help")]
        for text in helps:
            assert text
            assert not re.search(r"\b(?:the|and|of|to|with|write|file|default)\b", text), text

    def test_every_command_is_here(self):
        files = {path.stem for path in modules() if path.parent.name == "commands"} - {"__init__"}
        assert set(COMMANDS) == files


class TestTemplates:
    def test_none_trusts_markup_or_computes(self):
        """STYLE: no arithmetic in templates. DESIGN section 6: strict CSP, no inline script or style."""
        forbidden = re.compile(r"\|\s*safe\b|autoescape|widthratio|divisibleby|<style|\sstyle=|\son[a-z]+=")
        for path in templates():
            if path.suffix == ".html":  # a letter in plain text is not escaped
                assert not forbidden.search(path.read_text(encoding="utf-8")), name_of(path)

    def test_nothing_is_loaded_from_another_host(self):
        """DESIGN section 6: nothing loaded from another host; a link that the reader follows is another thing."""
        loading = re.compile(
            r"<(?!a\b)[a-z]+\b[^>]*\b(?:src|href|action|data|srcset|poster)\s*=\s*[\"']?(?:https?:)?//"
        )
        for path in templates():
            assert not loading.search(path.read_text(encoding="utf-8")), name_of(path)
        assets = [path for path in (ROOT / "skane_digi" / "assets").rglob("*") if path.suffix in {".css", ".js"}]
        assert assets
        for path in assets:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?:url\(|@import|fetch\(|import\()\s*[\"']?(?:https?:)?//", text), name_of(path)

    def test_every_one_is_used(self):
        sources = [*(path for path in templates() if path.suffix in {".html", ".txt"}), *modules()]
        text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
        for path in templates():
            name = path.relative_to(ROOT / "templates").as_posix()
            assert f'"{name}"' in text or name in NAMED_BY_DJANGO or NAMED_BY_ALLAUTH.fullmatch(name), name


class TestWhatIsWritten:
    def test_every_setting_from_the_environment_is_explained(self):
        """README: every setting is listed at the top of settings.py."""
        text = (ROOT / "skane_digi" / "settings.py").read_text(encoding="utf-8")
        explained = ast.get_docstring(ast.parse(text))
        names = re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text)
        assert len(names) > 10
        assert not [name for name in names if not re.search(rf"\b{name}\b", explained)]

    @pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
    def test_links_lead_to_files(self, path):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), target

    @pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
    def test_named_files_exist(self, path):
        """A path in the documents that begins with a folder of ours is one."""
        folders = "|".join((*PACKAGES, "templates", "fixtures", "tests", "docs", "requirements"))
        for target in re.findall(rf"`((?:{folders})/[\w./-]*)`", path.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), target

    def test_the_words_of_the_glossary_are_those_of_the_code(self):
        glossary = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The words")[2].partition("\n## ")[0]
        words = {word for row in glossary.splitlines() for word in re.findall(r"`(\w+)`", row)}
        defined = {
            node.name
            for path in modules()
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ClassDef | ast.FunctionDef)
        }
        assert len(words) > 15
        assert words <= defined
