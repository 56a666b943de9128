"""The covering letter, and the extract of the register."""

import datetime
import io
from dataclasses import replace

import pytest
from docx import Document

from plans.models import DecisionRound
from skane_digi.papers.case import case_of
from skane_digi.papers.letter import letter
from skane_digi.papers.register_extract import register_extract
from skane_digi.papers.tree import Table
from skane_digi.papers.word import paper_docx
from tests.decision_factories import make_condition, make_decision
from tests.papers.conftest import EXTRACTED_AT
from tests.papers.reading import texts_of
from tests.papers.test_decision_file import plain, section

pytestmark = pytest.mark.django_db


def rows_of(paper, heading: str) -> list[list[str]]:
    table = next(part for part in section(paper, heading).parts if isinstance(part, Table))
    return [[row.heading, *(cell.text for cell in row.cells)] for row in table.rows]


class TestTheLetter:
    def test_it_says_what_is_sent_which_version_and_how_to_report(self, case_2024, eslov):
        text = plain(texts_of(letter(case_2024, eslov)))
        assert "Handlingsplan 2024, version 1, sänds till Eslövs kommun för beslut." in text
        assert f"fingeravtrycket {case_2024.version.fingerprint}" in text
        assert "Beslutsunderlag för Eslövs kommun" in text
        assert "Så rapporterar ni beslutet" in text
        assert "Kontakt" in text
        assert "Beslut önskas: så snart det kan fattas" in text

    def test_it_says_the_wanted_day(self, version_2024, eslov):
        DecisionRound.objects.filter(version=version_2024).update(wanted_on=datetime.date(2024, 6, 30))
        assert "Beslut önskas: senast 2024-06-30" in texts_of(letter(case_of(version_2024), eslov))


class TestTheExtract:
    @pytest.fixture
    def decided(self, version_2024):
        make_decision(version_2024, "12", instance="Hälso- och sjukvårdsnämnden", stage="proposes", paragraph="§ 4")
        regions = make_decision(
            version_2024, "12", "conditional", instance="Regionstyrelsen", paragraph="§ 45", case_number="2024-O001"
        )
        make_condition(regions, "all_municipalities")
        wrong = make_decision(version_2024, "1285", "rejected", paragraph="§ 9")
        make_decision(version_2024, "1285", replaces=wrong, correction_reason="Fel utfall skrevs in.")
        return register_extract(case_of(version_2024, at=EXTRACTED_AT))

    def test_it_has_every_instance_of_every_organisation(self, decided):
        rows = rows_of(decided, "Besluten")
        assert [row[0] for row in rows[:3]] == ["Region Skåne", "Region Skåne", "Bjuvs kommun"]
        assert rows[0][1:5] == ["Föreslår: antagen", "Hälso- och sjukvårdsnämnden", "2026-10-01", "§ 4"]
        assert rows[1][1:] == ["Antagen, villkor återstår", "Regionstyrelsen", "2026-10-01", "§ 45", "2024-O001"]
        assert len({row[0] for row in rows}) == 34

    def test_it_says_what_each_condition_waits_for(self, decided):
        assert rows_of(decided, "Villkoren") == [
            [
                "Region Skåne",
                "Alla kommuner antar.",
                "Väntar på Bjuvs kommun, Bromölla kommun, Burlövs kommun och 29 till.",
            ]
        ]

    def test_it_counts_and_says_which_day_it_is_of(self, decided):
        text = plain(texts_of(decided))
        assert "1 av 34 huvudmän har antagit planen med alla villkor uppfyllda." in text
        assert "Fördelning: antagen 1; antagen, villkor återstår 1; inget beslut 32." in text
        assert "Utdraget gjort: 2024-05-02" in text

    def test_a_corrected_decision_stays_visible_and_does_not_count(self, decided):
        assert rows_of(decided, "Rättade uppgifter") == [
            ["Eslövs kommun", "Kommunfullmäktige: avslag", "Fel utfall skrevs in."]
        ]
        assert [row[1] for row in rows_of(decided, "Besluten") if row[0] == "Eslövs kommun"] == ["Antagen"]

    def test_a_version_that_rests_on_earlier_decisions_says_so(self, version_2024):
        DecisionRound.objects.filter(version=version_2024).update(needs_all=False, consents_from=version_2024)
        text = texts_of(register_extract(case_of(version_2024)))
        assert "Den vilar på besluten om version 1" in text


def test_a_character_that_xml_cannot_carry_stops_no_word_file(version_2024, eslov):
    make_decision(version_2024, "1285", instance="Kommun\x01fullmäktige\ufffe", paragraph="§\x0b 45")
    papers = register_extract(case_of(version_2024)), replace(letter(case_of(version_2024), eslov), title="Plan\x1f")
    for paper in papers:
        assert Document(io.BytesIO(paper_docx(paper))).paragraphs
