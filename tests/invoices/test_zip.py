"""All the invoices of a round in one ZIP."""

import hashlib
import io
import zipfile

import pytest

from skane_digi.invoices.archive import waits_for_files, zip_of
from skane_digi.invoices.making import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(invoicing):
    for invoice in invoicing.invoices.all():
        make_document(invoice)
    name, chunks = zip_of(invoicing)
    return name, zipfile.ZipFile(io.BytesIO(b"".join(chunks)))


def test_each_organisation_has_a_folder_with_its_pdf_and_its_xml(invoicing, archive):
    name, files = archive
    assert files.testzip() is None
    assert name == f"Fakturor, {invoicing.version.plan.title}, 2030.zip"
    expected = []
    for invoice in invoicing.invoices.select_related("organisation").order_by("organisation__code"):
        folder = f"{invoice.organisation.code} {invoice.organisation.name}"
        expected += [f"{folder}/Faktura {invoice.number}.pdf", f"{folder}/Faktura {invoice.number}.xml"]
    assert files.namelist() == [*expected, "Innehåll.txt"]


def test_the_files_are_the_stored_ones_and_listed_with_their_checksums(invoicing, archive):
    _, files = archive
    listed = dict(
        reversed(line.split("  ", 1))
        for line in files.read("Innehåll.txt").decode().splitlines()
        if line[64:66] == "  "
    )
    assert listed == {
        name: hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist() if name != "Innehåll.txt"
    }
    document = make_document(invoicing.invoices.get(number="1001"))
    assert document.pdf_digest in listed.values()
    assert document.xml_digest in listed.values()


def test_the_same_files_are_the_same_zip(invoicing, archive):
    assert b"".join(zip_of(invoicing)[1]) == b"".join(zip_of(invoicing)[1])


def test_it_is_sent_one_file_at_a_time(invoicing, archive):
    _, chunks = zip_of(invoicing)
    assert len(list(chunks)) == 2 * 4 + 1


def test_it_is_known_how_many_have_no_files_yet(invoicing):
    make_document(invoicing.invoices.first())
    assert waits_for_files(invoicing) == 3
