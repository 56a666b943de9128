"""What a version keeps: everything the plan said, every share, and a PDF that says which version it is."""

import datetime
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.frozen_shares import check_frozen, from_json, frozen_years, shared_totals, shares_of, to_json, years_of
from budgets.models import BudgetLine
from budgets.tables import cost_tables
from plans.dataclass_json import UnreadableJson, parse
from plans.log import canonical
from plans.models import Goal, Membership, Plan, PlanVersion
from plans.models.version import fingerprint_of
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import render_pdf
from skane_digi.documents.render import VersionMark, plan_html
from skane_digi.versions import freezing
from skane_digi.versions.canonical import document_json
from skane_digi.versions.freezing import content_of, digest_of, document_of_version, freeze_content, member_codes
from tests import factories
from tests.documents.reading import reader_of, run, squeezed, text_of
from tests.documents.test_pdf import assert_accessible_and_archivable
from tests.versions.conftest import FROZEN_AT, frozen


@pytest.fixture(params=["2024", "2022-2023"])
def plan(request, real_plans) -> Plan:
    return Plan.objects.get(slug=request.param)


@pytest.fixture
def without_pdf(monkeypatch):
    """Set no PDF: what is asked is what the text and the shares become."""
    monkeypatch.setattr(freezing, "render_pdf", lambda document, mark: mark.text.encode())


def freeze(plan: Plan, **fields):
    return freeze_content(Plan.objects.get(pk=plan.pk), **{"number": 1, "at": FROZEN_AT, **fields})


class TestContent:
    def test_it_says_plan_number_document_shares_and_members_in_canonical_form(self, plan):
        kept = frozen(plan)
        data = parse(kept.content)
        assert data == {
            "format": 1,
            "plan": plan.slug,
            "number": 1,
            "document": document_json(kept.document),
            "allocation": kept.allocation_digest,
            "members": list(kept.member_codes),
        }
        assert canonical(data) == kept.content

    def test_each_digest_is_that_of_what_is_kept(self, plan):
        kept = frozen(plan)
        assert kept.content_digest == digest_of(kept.content.encode())
        assert kept.allocation_digest == digest_of(kept.allocation.encode())
        assert kept.pdf_digest == digest_of(kept.pdf)

    def test_a_real_plan_is_read_back_as_it_was(self, version_2024, version_2022_2023):
        for version in (version_2024, version_2022_2023):
            assert document_of_version(version) == frozen(version.plan).document
            assert years_of(version) == frozen_years(version.plan)

    @pytest.mark.usefixtures("without_pdf")
    def test_the_document_is_for_decision_whatever_state_the_plan_is_in(self, plan):
        for status in Plan.Status.values:
            Plan.objects.filter(pk=plan.pk).update(status=status)
            kept = freeze(plan)
            assert (kept.document.status, kept.document.is_decided) == ("submitted", False)
            assert kept.document.banner == "FÖR BESLUT"
            assert kept.content_digest == freeze(plan).content_digest

    @pytest.mark.usefixtures("without_pdf")
    @pytest.mark.parametrize(
        ("status", "banner"), [("deciding", "FÖR BESLUT"), ("adopted", "BESLUTAD"), ("closed", "BESLUTAD")]
    )
    def test_a_plan_recorded_as_printed_keeps_its_standing(self, status, banner, plan):
        kept = freeze(plan, status=status)
        assert (kept.document.status, kept.document.banner) == (status, banner)
        assert parse(kept.content)["document"]["status"] == status

    @pytest.mark.usefixtures("without_pdf")
    def test_one_word_one_ore_one_member_and_the_number_each_give_another_digest(self, plan_2024):
        digests = [freeze(plan_2024).content_digest, freeze(plan_2024, number=2).content_digest]
        goal = Goal.objects.filter(focus_area__plan=plan_2024).first()
        goal.text = f"{goal.text} Alltid."
        goal.save()
        digests.append(freeze(plan_2024).content_digest)
        line = BudgetLine.objects.filter(focus_area__plan=plan_2024, amount__gt=0).first()
        line.amount += Decimal("0.01")
        line.save()
        digests.append(freeze(plan_2024).content_digest)
        leaving = Membership.objects.get(organisation__code="1285", collaboration=plan_2024.collaboration)
        leaving.left_on = datetime.date(2023, 12, 31)
        leaving.save()
        digests.append(freeze(plan_2024).content_digest)
        assert len(set(digests)) == 5

    @pytest.mark.usefixtures("without_pdf")
    def test_the_content_answers_for_the_shares(self, plan_2024):
        """A key figure of one organisation is nowhere but in the shares, and in the cost table made of it."""
        before = freeze(plan_2024)
        basis = plan_2024.years.get().cost_basis
        basis.figure_set.source = "En annan källa"
        basis.figure_set.save()
        after = freeze(plan_2024)
        assert after.allocation_digest != before.allocation_digest
        assert after.content_digest != before.content_digest

    @pytest.mark.usefixtures("without_pdf")
    def test_queries_do_not_grow_with_the_plan(self, db):
        counts = []
        for size in (1, 6):
            plan = factories.make_shared_plan(*[1000] * size)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                freeze_content(plan, number=1, at=FROZEN_AT)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("[]", "har inte format 1"),
            ('{"format":2}', "har inte format 1"),
            ('{"format":1}', "saknar eller har för mycket: allocation, document, members, number, plan"),
        ],
    )
    def test_text_of_another_format_is_refused_in_swedish(self, content, message):
        with pytest.raises(UnreadableJson, match=message):
            content_of(PlanVersion(content=content))


class TestMembers:
    def test_all_34_are_to_decide_on_both_real_plans(self, plan):
        codes = frozen(plan).member_codes
        assert len(codes) == 34
        assert codes[0] == "12"
        assert list(codes) == sorted(codes)

    def test_they_are_members_on_the_first_of_january_of_any_of_the_years(self, db):
        plan = factories.make_shared_plan(1000, years=(2030, 2031))
        dates = {
            "9101": {"left_on": datetime.date(2029, 12, 31)},
            "9102": {"left_on": datetime.date(2030, 1, 1)},
            "9103": {"joined_on": datetime.date(2031, 1, 2)},
            "91": {"joined_on": datetime.date(2031, 1, 1)},
        }
        for code, fields in dates.items():
            Membership.objects.filter(organisation__code=code).update(**fields)
        assert member_codes(plan) == ("91", "9102")


class TestShares:
    def test_they_are_those_of_the_cost_tables(self, plan):
        tables = {(table.year, table.basis): table for table in cost_tables(plan)}
        years = {(year.year, year.basis): year for year in years_of(frozen(plan)) if year.members}
        assert years.keys() == tables.keys()
        for place, table in tables.items():
            year = years[place]
            assert year.total == table.total
            assert (year.rule_text, year.stated_total) == (table.rule_text, table.population.stated_total)
            assert year.reference_date == table.population.reference_date
            assert [(row.code, row.amount, row.exact, row.calculation) for row in table.rows] == [
                (member.code, member.amount, member.exact, member.calculation) for member in year.members
            ]

    def test_the_known_numbers_are_kept(self, version_2024, version_2022_2023):
        by_printed = {code: shares_of(version_2024, code, "printed")[0].member for code in ("12", "1285", "1275")}
        assert by_printed["12"].amount == Decimal("1050000.00")
        assert by_printed["1285"].amount == Decimal("25762.17")
        assert by_printed["1275"].amount == Decimal("5524.97")
        assert "1 050 000,00 × 34 701 / 1 414 324" in by_printed["1285"].calculation.replace("\u202f", " ")
        assert by_printed["1285"].cells == ()
        assert shares_of(version_2022_2023, "12")[0].member.amount == Decimal(1_150_000)
        assert shared_totals(version_2024) == {2024: Decimal(1_750_000)}
        assert shared_totals(version_2022_2023) == {2022: Decimal(0), 2023: Decimal(2_300_000)}

    def test_every_sum_holds_on_both_real_plans(self, plan):
        years = years_of(frozen(plan))
        assert check_frozen(years) == ()
        for year in years:
            if year.members:
                assert sum(member.amount for member in year.members) == year.total
                assert sum(member.exact for member in year.members) == year.total
            for line in year.lines if year.members else ():
                parts = [cell.amount for member in year.members for cell in member.cells if cell.line == line.key]
                assert len(parts) == 34
                assert sum(parts) == line.amount

    def test_they_are_read_back_without_the_database(self, version_2024, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert from_json(to_json(years_of(version_2024))) == years_of(version_2024)
            assert shares_of(version_2024, "1285")[0].member.cells
            assert shared_totals(version_2024)
            assert document_of_version(version_2024)
        assert shares_of(version_2024, "0000") == ()

    def test_a_year_that_cannot_be_shared_keeps_its_total_and_says_why(self, db):
        plan = factories.make_plan(years=(2030, 2031))
        factories.make_line(factories.make_area(plan), 1000)
        first, second = frozen_years(plan)
        assert (first.total, first.members) == (Decimal(1000), ())
        assert "saknar fördelningsunderlag för 2030" in first.reason
        assert "finns inga belopp" in second.reason
        assert check_frozen((first, second)) == ()

    def test_queries_do_not_grow_with_years_and_lines(self, db):
        counts = []
        for years in ((2030,), (2030, 2031, 2032)):
            plan = factories.make_shared_plan(*[1000] * len(years), years=years)
            for year in years[1:]:
                factories.make_cost_basis(plan, year)
            with CaptureQueriesContext(connection) as queries:
                frozen_years(plan)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"amount": Decimal("21468.48")}, "andelarna är tillsammans 1 750 000,01 kr och ska vara 1 750 000,00 kr"),
            ({"exact": Fraction(1)}, "Eslövs kommun har ett exakt värde som inte följer av regeln"),
            ({"weight": 34702}, "har ett exakt värde som inte följer av regeln"),
            ({"party": "ingen"}, "har ett exakt värde som inte följer av regeln"),
            ({"cells": ()}, "Eslövs kommun har inte en del av varje budgetpost"),
            ({"code": "12"}, "en organisation står två gånger"),
        ],
    )
    def test_a_share_that_does_not_hold_is_named(self, change, fault, plan_2024):
        year = years_of(frozen(plan_2024))[0]
        members = tuple(replace(m, **change) if m.code == "1285" else m for m in year.members)
        found = check_frozen([replace(year, members=members)])
        assert any(fault in sentence.replace("\u202f", " ") for sentence in found), found
        assert all(sentence.startswith("2024: ") for sentence in found)

    @pytest.mark.parametrize(
        ("change", "faults"),
        [
            ({"amount": Decimal("0.01")}, ("delarna för Eslövs kommun är", "delarna av")),
            ({"exact": Fraction(1, 3)}, ("har ett exakt värde av",)),
        ],
    )
    def test_a_part_of_a_line_that_does_not_hold_is_named(self, change, faults, plan_2024):
        year = years_of(frozen(plan_2024))[0]
        members = tuple(
            replace(m, cells=(replace(m.cells[0], **change), *m.cells[1:])) if m.code == "1285" else m
            for m in year.members
        )
        found = check_frozen([replace(year, members=members)])
        assert all(any(fault in sentence for sentence in found) for fault in faults), found

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"total": Decimal(1)}, "budgetposterna är tillsammans"),
            ({"members": ()}, "ingen organisation har någon andel"),
            ({"parties": ()}, "har ett exakt värde som inte följer av regeln"),
        ],
    )
    def test_a_year_that_does_not_hold_is_named(self, change, fault, plan_2024):
        year = years_of(frozen(plan_2024))[0]
        assert any(fault in sentence for sentence in check_frozen([replace(year, **change)]))

    def test_a_year_that_stands_twice_is_named(self, plan_2024):
        year = years_of(frozen(plan_2024))[0]
        assert check_frozen([year, year]) == ("2024 står två gånger.",)


class TestPdf:
    def test_the_mark_is_on_the_cover_and_on_every_page(self, plan):
        kept = frozen(plan)
        mark = f"Version 1 · {fingerprint_of(kept.content_digest)}"
        pages = len(reader_of(kept.pdf).pages)
        for number in range(1, pages + 1):
            assert text_of(kept.pdf, page=number, with_margins=True).count(mark) == 1, number
        cover = squeezed(text_of(kept.pdf, page=1, with_margins=True))
        assert squeezed("Fryst 2024-03-01. På webbplatsens sida Kontrollera en handling") in cover

    def test_it_is_tagged_archivable_and_without_faults(self, plan):
        assert_accessible_and_archivable(frozen(plan).pdf)

    def test_its_metadata_say_version_fingerprint_and_the_day_it_was_frozen(self, plan_2024):
        kept = frozen(plan_2024)
        metadata = reader_of(kept.pdf).metadata
        assert metadata.keywords == f"version=1 fingeravtryck={kept.content_digest[:16]}"
        assert metadata.subject.endswith(f"Version 1 · {fingerprint_of(kept.content_digest)}.")
        assert metadata.creation_date.date() == metadata.modification_date.date() == datetime.date(2024, 3, 1)
        assert f"<pdf:Keywords>{metadata.keywords}</pdf:Keywords>".encode() in kept.pdf

    def test_the_same_plan_number_and_day_give_the_same_bytes(self, plan_2022_2023):
        later_the_same_day = FROZEN_AT + datetime.timedelta(hours=8)
        again = freeze(plan_2022_2023, status=plan_2022_2023.status, at=later_the_same_day)
        assert again.pdf == frozen(plan_2022_2023).pdf
        assert again == frozen(plan_2022_2023)

    def test_what_is_frozen_near_midnight_has_the_day_of_sweden(self, db):
        night = datetime.datetime(2024, 2, 29, 23, 30, tzinfo=datetime.UTC)
        pdf = freeze_content(factories.make_shared_plan(1000), number=1, at=night).pdf
        assert "Fryst 2024-03-01." in text_of(pdf, page=1, with_margins=True)

    def test_without_a_mark_the_document_is_as_before(self, plan_2024):
        html = plan_html(build_plan_document(plan_2024))
        assert not re.search(r"doc-cover-mark|doc-running-mark|keywords|Version \d", html)

    def test_the_mark_fits_below_the_longest_title(self, db):
        words = "Digitaliseringssamordningsfunktionsansvarig och gemensamma " * 6
        plan = factories.make_plan(title=words[:200], subtitle=words[:300], date_note=words[:300])
        factories.make_line(factories.make_area(plan), 1000)
        mark = VersionMark(number=123, fingerprint="3f2a 9c1e 77b0 41d2", frozen_on=datetime.date(2024, 3, 1))
        pdf = render_pdf(build_plan_document(plan), mark)
        assert_accessible_and_archivable(pdf)
        lines = re.findall(
            r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]+)<',
            run("pdftotext", "-bbox", "-l", "1", "{pdf}", "-", pdf=pdf),
        )
        bottoms = [float(bottom) for _, bottom, _ in lines]
        (mark_top,) = [float(top) for top, _, word in lines if word == "123"]
        assert max(bottoms) < 842
        assert [word for top, bottom, word in lines if float(top) < mark_top < float(bottom) - 2] == []
        assert squeezed("Version 123 · 3f2a 9c1e 77b0 41d2") in squeezed(text_of(pdf, page=1, with_margins=True))
