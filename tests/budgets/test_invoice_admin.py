"""Invoices in the administration and through files: who reads and writes what, and what comes back from a file."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.urls import reverse

from budgets.invoice_resources import INVOICE_EXPORTS
from budgets.models import Invoice, InvoiceRecipient, InvoiceRow, InvoicingTerms, LedgerDimension, Payment, Settlement
from plans.exporting import export_rows
from plans.import_outcome import CHANGED, NEW, UNCHANGED
from plans.importing import import_sheet
from plans.models import LogEntry, Organisation
from plans.roles import Role
from plans.sheets import FORMATS, read
from plans.write_rules import RowRules
from skane_digi.models import InvoiceBatch, InvoiceSending
from tests import decision_factories as decide
from tests import factories as make
from tests import invoice_factories as invoices
from tests import invoice_rows as rows
from tests.tables import import_rows, workbook

pytestmark = pytest.mark.django_db
EXPORTED = list(INVOICE_EXPORTS)
every_export = pytest.mark.parametrize("model", EXPORTED, ids=[model.__name__ for model in EXPORTED])


def url(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def enter(client, role: str, collaboration=None):
    person = make.make_user(f"{role}@prov.example")
    make.make_role(person, role, collaboration=collaboration)
    client.force_login(person)
    return person


def table(content: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


class TestWhoWrites:
    @pytest.fixture
    def written(self):
        terms = invoices.make_terms()
        return [terms, invoices.make_dimension(terms), invoices.make_recipient(make.make_organisation("9101"))]

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ECONOMIST])
    def test_the_economist_changes_what_invoices_are_issued_by(self, client, written, role):
        enter(client, role)
        for row in written:
            assert b'name="_save"' in client.get(url(type(row), "change", row.pk)).content
            assert client.get(url(type(row), "add")).status_code == 200

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CHAIR, Role.AUDITOR])
    def test_the_others_in_sgd_read_it(self, client, written, role):
        enter(client, role)
        for row in written:
            page = client.get(url(type(row), "change", row.pk))
            assert page.status_code == 200
            assert b'name="_save"' not in page.content
            assert client.get(url(type(row), "add")).status_code == 403
            assert client.post(url(type(row), "change", row.pk), {"remark": "Nej"}).status_code == 403

    def test_terms_are_their_collaborations_own(self, client, written):
        enter(client, Role.ECONOMIST, make.make_collaboration("annan"))
        for model in (InvoicingTerms, LedgerDimension):
            assert client.get(url(model, "changelist")).context["cl"].result_count == 0
        data = {"terms": written[0].pk, "number": 6, "name": "Projekt", "source": "year"}
        assert "terms" in client.post(url(LedgerDimension, "add"), data).context["adminform"].form.errors

    def test_a_change_is_in_the_log(self, client, written):
        person = enter(client, Role.ECONOMIST)
        recipient = written[2]
        data = {
            "address": "Nya gatan 3",
            "postal_code": recipient.postal_code,
            "city": recipient.city,
            "reference": recipient.reference,
            "email": recipient.email,
            "endpoint_scheme": recipient.endpoint_scheme,
        }
        assert client.post(url(InvoiceRecipient, "change", recipient.pk), data).status_code == 302
        entry = LogEntry.objects.get()
        assert (entry.actor, entry.subject, list(entry.after)) == (person, "budgets.invoicerecipient", ["address"])

    def test_the_series_is_fixed_once_an_invoice_is_issued(self, client, written):
        enter(client, Role.ECONOMIST)
        terms = written[0]
        page = url(InvoicingTerms, "change", terms.pk)
        assert {"first_number", "number_prefix"} <= set(client.get(page).context["adminform"].form.fields)
        rows.make_invoice()
        assert not {"first_number", "number_prefix", "collaboration"} & set(
            client.get(page).context["adminform"].form.fields
        )
        assert client.post(url(InvoicingTerms, "delete", terms.pk), {"post": "yes"}).status_code == 403
        answer = import_rows(InvoicingTerms, ["Samverkan", "Första fakturanumret"], ["provsamverkan", 5001])
        assert "ändras inte här" in str(answer.faults[0])

    def test_terms_that_nothing_was_issued_by_may_be_removed(self, client):
        enter(client, Role.ECONOMIST)
        terms = invoices.make_terms()
        assert client.post(url(InvoicingTerms, "delete", terms.pk), {"post": "yes"}).status_code == 302
        assert not InvoicingTerms.objects.exists()

    def test_whose_recipient_it_is_stays(self, client, written):
        enter(client, Role.ECONOMIST)
        page = client.get(url(InvoiceRecipient, "change", written[2].pk))
        assert "organisation" not in page.context["adminform"].form.fields


class TestWhatIsRead:
    def test_one_reads_ones_own_collaborations_invoices(self, client):
        invoice = rows.make_invoice(rows.make_invoicing(decide.make_version()))
        other = make.make_collaboration("annan")
        rows.make_invoice(collaboration=other)
        enter(client, Role.ECONOMIST)
        assert list(client.get(url(Invoice, "changelist")).context["cl"].queryset) == [invoice]

    def test_batches_without_a_round_are_read_where_their_invoices_are(self, client):
        invoice = rows.make_invoice()
        batch = rows.make_batch(None, invoice, kind="remind")
        enter(client, Role.EDITOR)
        assert list(client.get(url(InvoiceBatch, "changelist")).context["cl"].queryset) == [batch]
        assert client.get(url(InvoiceBatch, "change", batch.pk)).status_code == 200

    def test_an_invoice_shows_its_round_and_no_file(self, admin_client):
        invoice = rows.make_written_rows(decide.make_version())
        page = admin_client.get(url(Invoice, "change", invoice.pk)).content.decode()
        assert str(invoice.invoicing) in page
        assert invoice.content_digest in page
        assert "&quot;format&quot;" not in page
        document = admin_client.get(url(type(invoice.document), "change", invoice.document.pk)).content.decode()
        assert "%PDF" not in document
        assert invoice.document.pdf_digest in document

    def test_a_sending_says_to_whom_and_on_which_occasion(self, admin_client):
        rows.make_sending(rows.make_invoice(), "reminder-2")
        page = admin_client.get(url(InvoiceSending, "changelist")).content.decode()
        assert "Alby kommun" in page
        assert "påminnelse 2" in page

    def test_the_machinery_of_the_background_is_not_shown(self, admin_client):
        page = admin_client.get(reverse("admin:index")).content.decode()
        assert "Tasks" not in page
        assert not [model for model in admin.site._registry if model._meta.app_label == "django_tasks_database"]


class TestExports:
    @pytest.fixture
    def world(self):
        invoice = rows.make_written_rows(decide.make_version())
        rows.make_payment(invoice.collaboration, "-100", withdraws=Payment.objects.get())
        return invoice

    @every_export
    @pytest.mark.parametrize("file_format", FORMATS)
    def test_every_row_goes_out_and_none_is_read_in(self, model, file_format, world, admin_client, tmp_path):
        answer = admin_client.get(url(model, "export"), {"filformat": file_format})
        assert answer.status_code == 200
        sheet = read(answer.content, file_name=f"fil.{file_format}")
        assert len(sheet.rows) == model.objects.count() > 0
        assert admin_client.get(url(model, "import")).status_code == 403
        assert url(model, "import") not in admin_client.get(url(model, "changelist")).content.decode()
        path = tmp_path / f"fil.{file_format}"
        path.write_bytes(answer.content)
        with pytest.raises(CommandError, match="Det finns inga uppgifter som heter"):
            call_command("import_data", model._meta.model_name, str(path))

    def test_a_row_of_an_invoice_is_found_by_its_number(self, world, admin_client):
        [first, *_] = table(admin_client.get(url(InvoiceRow, "export"), {"filformat": "csv"}).content)
        assert (first["Fakturanummer"], first["Organisation"], first["Belopp"]) == ("1001", "9101", "14109,62")

    def test_an_invoice_says_its_round_and_what_it_corrects(self, world, admin_client):
        found = table(admin_client.get(url(Invoice, "export"), {"filformat": "csv"}).content)
        credit = next(row for row in found if row["Slag"] == "kreditfaktura")
        assert (credit["Krediterar"], credit["Verksamhetsår"], credit["Delas upp i"]) == ("1001", "2030", "hela året")
        assert credit["Att betala"] == "21468,47"

    def test_amounts_are_decimals_in_a_workbook(self, world, admin_client):
        sheet = read(admin_client.get(url(Settlement, "export"), {"filformat": "xlsx"}).content, file_name="fil.xlsx")
        names = [heading.text for heading in sheet.headings]
        assert Decimal(str(sheet.rows[0].values[names.index("Belopp")])) == Decimal("21468.47")

    @every_export
    def test_an_export_loads_nothing_large_and_asks_once(self, model, world, django_assert_num_queries):
        resource = admin.site._registry[model].resource()
        large = ("content", "pdf", "allocation", "xml")
        with django_assert_num_queries(1) as asked:
            export_rows(model.objects.all(), resource=resource, file_format="csv")
        text = asked.captured_queries[0]["sql"]
        assert not [name for name in large if f'"{name}"' in text]

    def test_the_command_writes_them_too(self, world, tmp_path, capsys):
        path = tmp_path / "fakturor.json"
        call_command("export_data", "invoice", "--output", str(path))
        assert {row["Fakturanummer"] for row in json.loads(path.read_text())} == {"1001", "1002"}


class TestRecipientsFromAFile:
    """The economist gathers where all 34 take their invoices in one workbook."""

    HEADINGS = ("Organisation", "Fakturaadress", "Postnummer", "Postort", "Köparens referens", "E-post för fakturor")

    @pytest.fixture
    def real(self, real_plans):
        return list(Organisation.objects.filter(memberships__isnull=False).order_by("code"))

    def row(self, organisation, **fields) -> list:
        values = {
            "Organisation": organisation.code,
            "Fakturaadress": "Provgatan 1",
            "Postnummer": 24180,
            "Postort": organisation.short_name,
            "Köparens referens": "00017",
            "E-post för fakturor": "faktura@prov.example",
        }
        return list({**values, **fields}.values())

    @pytest.mark.parametrize("file_format", ["xlsx", "csv"])
    def test_all_34_come_in_by_code_and_go_out_the_same(self, real, file_format):
        outcome = import_rows(InvoiceRecipient, self.HEADINGS, *(self.row(organisation) for organisation in real))
        assert outcome.faults == ()
        assert (outcome.count(NEW), InvoiceRecipient.objects.count()) == (34, 34)
        eslov = InvoiceRecipient.objects.get(organisation__code="1285")
        assert (eslov.reference, eslov.postal_code, eslov.city) == ("00017", "24180", "Eslöv")
        model_admin = admin.site._registry[InvoiceRecipient]
        content = export_rows(InvoiceRecipient.objects.all(), resource=model_admin.resource(), file_format=file_format)
        again = import_sheet(
            read(content, file_name=f"fil.{file_format}"), resource=model_admin.resource(rules=RowRules(model_admin))
        )
        assert again.faults == ()
        assert again.count(UNCHANGED) == 34

    def test_only_what_differs_is_changed(self, real):
        import_rows(InvoiceRecipient, self.HEADINGS, self.row(real[0]), self.row(real[1]))
        changed = self.row(real[1], **{"Köparens referens": "ZZ99"})
        outcome = import_rows(InvoiceRecipient, self.HEADINGS, self.row(real[0]), changed)
        assert [row.state for row in outcome.rows] == [UNCHANGED, CHANGED]

    def test_every_fault_is_told_by_its_row_and_column_and_nothing_is_kept(self, real):
        wrong = [
            self.row(real[0]),
            self.row(real[1], Postnummer="2418"),
            self.row(real[2], **{"E-post för fakturor": "faktura"}),
            self.row(real[3], Organisation="9999"),
            self.row(real[0]),
        ]
        outcome = import_rows(InvoiceRecipient, self.HEADINGS, *wrong)
        assert [(fault.row, fault.column, fault.letter) for fault in outcome.faults] == [
            (3, "Postnummer", "C"),
            (4, "E-post för fakturor", "F"),
            (5, "Organisation", "A"),
            (6, "", ""),
        ]
        assert "fem siffror" in outcome.faults[0].message
        assert "finns redan på rad 2" in outcome.faults[3].message
        assert not InvoiceRecipient.objects.exists()

    def test_an_editor_may_not_read_them_in(self, real, client):
        enter(client, Role.EDITOR, make.make_collaboration("skanegemensam-digitalisering"))
        assert client.get(url(InvoiceRecipient, "import")).status_code == 403

    def test_terms_come_in_with_their_numbers_checked(self):
        make.make_collaboration()
        headings = ["Samverkan", "Den som fakturerar", "Organisationsnummer", "Bankgiro"]
        outcome = import_rows(InvoicingTerms, headings, ["provsamverkan", "Prov region", "2321000255", "5165-8301"])
        assert [(fault.column, "Kontrollsiffran" in fault.message) for fault in outcome.faults] == [("Bankgiro", True)]
        outcome = import_rows(InvoicingTerms, headings, ["provsamverkan", "Prov region", "2321000255", "5165-8300"])
        assert outcome.faults == ()
        assert InvoicingTerms.objects.get().seller_organisation_number == "232100-0255"


def test_a_workbook_is_read_on_the_page_of_the_recipients(client):
    make.make_organisation("9101")
    enter(client, Role.ECONOMIST)
    file = io.BytesIO(workbook(["Organisation", "Postnummer"], ["9101", "241"]))
    file.name = "mottagare.xlsx"
    page = client.post(url(InvoiceRecipient, "import"), {"file": file})
    assert [(fault.row, fault.column) for fault in page.context["outcome"].faults] == [(2, "Postnummer")]
    assert "fem siffror" in page.content.decode()
