"""Whether the register holds what was frozen: in the module, by command, and on the page that anyone may use."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from plans import frozen_triggers
from plans.log import canonical
from plans.models import LogEntry, PlanVersion
from skane_digi.versions.freezing import digest_of
from skane_digi.versions.verifying import UnusableFingerprint, find, fingerprint_in, verify
from tests.decision_factories import make_version


def faults(version: PlanVersion) -> set[str]:
    return {check.name for check in verify(version).faults}


def with_content(version: PlanVersion, **parts) -> dict[str, str]:
    """Return the columns of a version whose content says something else, and whose digest agrees with it."""
    content = canonical(json.loads(version.content) | parts)
    return {"content": content, "content_digest": digest_of(content.encode())}


def one_byte_changed(pdf) -> bytes:
    content = bytes(pdf)
    place = content.index(b"endstream") - 10
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


class TestProof:
    def test_both_real_plans_hold(self, version_2024, version_2022_2023):
        for version in (version_2024, version_2022_2023):
            proof = verify(version)
            assert proof.holds, proof.faults
            assert [check.name for check in proof.checks] == [
                "content",
                "allocation",
                "pdf",
                "text",
                "shares",
                "mark",
                "log",
                "locks",
            ]

    def test_one_changed_word_is_found(self, version_2024, tamper):
        changed = tamper(version_2024, content=version_2024.content.replace("NPÖ", "NPO", 1))
        assert faults(changed) == {"content"}
        text = verify(changed).faults[0].text
        assert "Innehållet är ändrat" in text
        assert version_2024.content_digest in text

    def test_a_changed_word_with_a_new_digest_is_found_by_the_log_and_the_pdf(self, version_2024, tamper):
        document = json.loads(version_2024.content)["document"] | {"title": "Handlingsplan 2042"}
        changed = tamper(version_2024, **with_content(version_2024, document=document))
        assert faults(changed) == {"mark", "log"}

    def test_a_changed_pdf_is_found(self, version_2024, tamper):
        assert faults(tamper(version_2024, pdf=one_byte_changed(version_2024.pdf))) == {"pdf"}

    def test_the_pdf_of_another_version_is_found(self, version_2024, version_2022_2023, tamper):
        other = version_2022_2023
        assert faults(tamper(version_2024, pdf=other.pdf, pdf_digest=other.pdf_digest)) == {"mark", "log"}

    def test_a_changed_share_is_found_even_with_new_digests(self, version_2024, tamper):
        data = json.loads(version_2024.allocation)
        data[0]["members"][1]["amount"] = "1"
        allocation = canonical(data)
        digest = digest_of(allocation.encode())
        assert faults(tamper(version_2024, allocation=allocation)) == {"allocation", "shares"}
        columns = {"allocation": allocation, "allocation_digest": digest}
        assert faults(tamper(version_2024, **columns)) == {"text", "shares", "log"}
        columns |= with_content(version_2024, allocation=digest)
        changed = tamper(version_2024, **columns)
        assert faults(changed) == {"shares", "mark", "log"}
        assert "2024: andelarna är tillsammans" in verify(changed).faults[0].text

    def test_who_is_to_decide_is_part_of_the_content(self, version_2024, tamper):
        changed = tamper(version_2024, member_codes=json.dumps(version_2024.member_codes[:-1]))
        assert faults(changed) == {"text"}
        assert "Organisationerna som ska besluta" in verify(changed).faults[0].text

    def test_a_version_moved_to_another_number_or_plan_is_found(self, version_2024, version_2022_2023, tamper):
        assert faults(tamper(version_2024, number=2)) == {"text", "mark"}
        moved = tamper(version_2024, number=2, plan_id=version_2022_2023.plan_id)
        assert "version 1 av planen 2024" in verify(moved).faults[0].text

    def test_text_that_cannot_be_read_is_said(self, version_2024, tamper):
        content = version_2024.content.replace('"slug":', '"slugg":', 1)
        changed = tamper(version_2024, content=content, content_digest=digest_of(content.encode()))
        assert "text" in faults(changed)
        assert "fältet slug saknas" in next(check.text for check in verify(changed).faults if check.name == "text")
        assert "shares" in faults(tamper(version_2024, allocation="{}"))

    def test_a_version_that_the_log_does_not_know_is_found(self, db):
        version = make_version()
        assert "log" in faults(version)
        assert not LogEntry.objects.filter(subject="plans.planversion").exists()

    def test_removed_triggers_are_found(self, version_2024, tamper):
        changed = tamper(version_2024, with_triggers=False, reason="Ett annat skäl")
        assert faults(changed) == {"locks"}
        assert "plans_planversion_" in verify(changed).faults[0].text
        frozen_triggers.install(connection)
        assert faults(changed) == set()


class TestFinding:
    def test_a_pdf_and_the_content_are_found_by_their_bytes(self, version_2024):
        found = find(bytes(version_2024.pdf))
        assert (found.version, found.by, found.is_registered) == (version_2024, "file", True)
        found = find(version_2024.content.encode())
        assert (found.version, found.by, found.is_registered) == (version_2024, "content", True)

    def test_a_pdf_with_one_byte_changed_is_not_accepted_but_recognised(self, version_2024):
        found = find(one_byte_changed(bytes(version_2024.pdf)))
        assert (found.version, found.by, found.is_registered) == (version_2024, "claim", False)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"%PDF-1.7 something else",
            b"<pdf:Keywords>version=1 fingeravtryck=0123456789abcdef</pdf:Keywords>",
            b"<pdf:Keywords>version=99999 fingeravtryck=0123456789abcdef</pdf:Keywords>",
        ],
    )
    def test_what_the_register_does_not_have_is_not_found(self, content, version_2024):
        assert find(content) is None

    def test_a_file_that_claims_two_things_or_another_number_claims_nothing(self, version_2024, version_2022_2023):
        pdf = bytes(version_2024.pdf)
        assert find(pdf + bytes(version_2022_2023.pdf)) is None
        assert find(pdf.replace(b"<pdf:Keywords>version=1 ", b"<pdf:Keywords>version=2 ")) is None

    def test_a_fingerprint_is_found_however_it_is_typed(self, version_2024):
        digest, mark = version_2024.content_digest, f"Version 1 · {version_2024.fingerprint}"
        for typed in (digest[:8], digest[:16].upper(), version_2024.fingerprint, f" {mark}\n", digest):
            assert find(typed).version == version_2024, typed
            assert find(typed).by == "fingerprint"
        assert find(mark.replace(" ", "\N{NO-BREAK SPACE}")).version == version_2024
        assert find(version_2024.pdf_digest).version == version_2024
        assert find(version_2024.pdf_digest[:16]) is None
        assert find("0" * 16) is None

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("3f2a9c1", "minst 8"),
            ("", "siffrorna 0–9"),
            ("fingeravtryck", "siffrorna 0–9"),
            ("%_%_%_%_", "siffrorna 0–9"),
            ("3f2a9c1e٣٣٣٣", "siffrorna 0–9"),
            ("a" * 65, "högst 64"),
        ],
    )
    def test_what_cannot_be_a_fingerprint_is_refused_in_swedish(self, typed, message):
        with pytest.raises(UnusableFingerprint, match=message):
            fingerprint_in(typed)

    def test_a_start_that_fits_several_is_not_guessed(self, db):
        for last in "ab":
            make_version(content_digest="0123456789" + last * 54)
        with pytest.raises(UnusableFingerprint, match="Flera versioner"):
            find("0123456789")
        assert find("0123456789a").version.content_digest.endswith("a")


class TestCommand:
    def test_it_proves_every_version(self, version_2024, version_2022_2023, capsys):
        call_command("verify_version")
        written = capsys.readouterr().out
        assert "Handlingsplan 2024, version 1: orörd" in written
        assert version_2022_2023.content_digest in written
        assert "Orörda versioner: 2." in written

    def test_a_tampered_row_is_named_and_the_status_is_one(self, version_2024, version_2022_2023, tamper, capsys):
        tamper(version_2024, content=version_2024.content.replace("NPÖ", "NPO", 1))
        with pytest.raises(CommandError, match="inte håller: 1 av 2") as error:
            call_command("verify_version")
        assert error.value.returncode == 1
        written = capsys.readouterr().out
        assert "Handlingsplan 2024, version 1: HÅLLER INTE" in written
        assert "Innehållet är ändrat" in written
        assert f"{version_2022_2023}: orörd" in written

    def test_one_plan_or_one_number_is_proved_alone(self, version_2024, version_2022_2023, capsys):
        call_command("verify_version", "2024", "--number", "1", "--format", "json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["holds"] is True
        (row,) = answer["versions"]
        assert (row["plan"], row["number"], row["holds"]) == ("2024", 1, True)
        assert row["content_digest"] == version_2024.content_digest
        assert {check["name"] for check in row["checks"]} >= {"content", "log", "locks"}

    def test_an_unknown_version_is_answered_with_those_that_exist(self, version_2024):
        with pytest.raises(CommandError, match="De som finns: 2024 1"):
            call_command("verify_version", "2024", "--number", "7")
        with pytest.raises(CommandError, match="De som finns: 2024 1"):
            call_command("verify_version", "1999")

    def test_a_downloaded_file_is_proved(self, version_2024, tmp_path, capsys):
        file = tmp_path / "handlingsplan.pdf"
        file.write_bytes(version_2024.pdf)
        call_command("verify_version", "--file", str(file), "--format", "json")
        answer = json.loads(capsys.readouterr().out)
        assert (answer["holds"], answer["answer"], answer["version"]["plan"]) == (True, "file", "2024")

    def test_a_changed_file_says_which_version_it_claims_to_be(self, version_2024, tmp_path, capsys):
        file = tmp_path / "handlingsplan.pdf"
        file.write_bytes(one_byte_changed(version_2024.pdf))
        with pytest.raises(CommandError, match="säger sig vara Handlingsplan 2024, version 1") as error:
            call_command("verify_version", "--file", str(file), "--format", "json")
        assert error.value.returncode == 1
        answer = json.loads(capsys.readouterr().out)
        assert (answer["holds"], answer["answer"]) == (False, "claim")

    def test_a_fingerprint_is_proved_and_an_unknown_one_fails(self, version_2024, capsys):
        call_command("verify_version", "--fingerprint", version_2024.fingerprint)
        assert "Handlingsplan 2024, version 1: orörd" in capsys.readouterr().out
        with pytest.raises(CommandError, match="ingen sådan handling") as error:
            call_command("verify_version", "--fingerprint", "00000000", "--format", "json")
        assert error.value.returncode == 1
        assert json.loads(capsys.readouterr().out) == {"holds": False, "answer": "unknown", "version": None}

    def test_bad_input_is_said_in_swedish(self, version_2024, tmp_path):
        with pytest.raises(CommandError, match="kunde inte läsas"):
            call_command("verify_version", "--file", str(tmp_path / "saknas.pdf"))
        with pytest.raises(CommandError, match="minst 8"):
            call_command("verify_version", "--fingerprint", "3f2a")

    def test_a_found_version_that_does_not_hold_fails(self, version_2024, tamper, tmp_path):
        tamper(version_2024, allocation="[]")
        with pytest.raises(CommandError, match="Versionen håller inte"):
            call_command("verify_version", "--fingerprint", version_2024.fingerprint)

    def test_an_empty_register_holds(self, db, capsys):
        call_command("verify_version")
        assert "Orörda versioner: 0." in capsys.readouterr().out
