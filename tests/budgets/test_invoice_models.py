"""What the tables of invoices and payments refuse, and how their rows present themselves."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from budgets.models import BankFile, InvoiceRow, Invoicing, InvoicingTerms, LedgerDimension, Payment, Settlement
from budgets.models.invoice import is_overdue
from plans.models import Organisation
from plans.places import plan_of
from skane_digi.models import InvoiceBatch, InvoiceBatchItem, InvoiceSending
from tests import factories as make
from tests import invoice_factories as invoices
from tests import invoice_rows as rows
from tests.invoice_factories import DUE_ON, ISSUED_ON
from tests.plans.test_models import refuses

pytestmark = pytest.mark.django_db


def refuses_another(row, constraint: str, sentence: str = "") -> None:
    """Assert that no second row of the kind is taken in. On SQLite it is the guard of what is frozen that says so."""
    with pytest.raises(ValidationError) as told:
        row.full_clean()
    assert sentence in str(told.value.messages)
    assert constraint in {found.name for found in row._meta.constraints}
    with pytest.raises(IntegrityError, match=f"{constraint}|ändras inte"), transaction.atomic():
        row.save()


def new_terms(**fields) -> InvoicingTerms:
    values = {
        "collaboration": make.make_collaboration(),
        "seller_name": "Prov region",
        "seller_organisation_number": "232100-0255",
        "bankgiro": "5165-8300",
        **fields,
    }
    return InvoicingTerms(**values)


def new_round(**fields) -> Invoicing:
    first = rows.make_invoicing()
    values = {"version": first.version, "year": 2031, "issued_on": ISSUED_ON, "due_on": DUE_ON, **fields}
    return Invoicing(**values)


class TestTerms:
    @pytest.mark.parametrize("category", ["E", "S"])
    def test_invoicing_terms_vat_needs_number(self, category):
        refuses(new_terms(vat_category=category), "invoicing_terms_vat_needs_number", "Ange momsregistreringsnumret")

    def test_invoicing_terms_have_giro(self):
        refuses(new_terms(bankgiro=""), "invoicing_terms_have_giro", "Ange bankgiro eller plusgiro att betala till.")

    def test_plusgiro_alone_is_enough(self):
        new_terms(bankgiro="", plusgiro="888200-3").full_clean()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("seller_organisation_number", "232100-0256"),
            ("seller_organisation_number", "2321000255"),
            ("seller_postal_code", "2918"),
            ("bankgiro", "5165-8301"),
            ("plusgiro", "888200-4"),
            ("vat_number", "SE2321000255"),
            ("number_prefix", "Å"),
            ("due_days", 0),
            ("due_days", 121),
            ("first_number", 0),
            ("revenue_account", "39"),
            ("endpoint", "0007 2321"),
        ],
    )
    def test_a_field_that_is_wrong_says_so(self, field, value):
        with pytest.raises(ValidationError) as told:
            new_terms(**{field: value}).full_clean()
        assert set(told.value.message_dict) == {field}

    @pytest.mark.parametrize(("field", "value"), [("number_prefix", "AB"), ("first_number", 2001)])
    def test_the_series_stays_as_it_began_once_an_invoice_is_issued(self, field, value):
        invoice = rows.make_invoice()
        terms = invoices.make_terms(invoice.collaboration)
        setattr(terms, field, value)
        with pytest.raises(ValidationError, match="nummerserien ligger fast"):
            terms.full_clean()
        terms.refresh_from_db()
        terms.due_days = 20
        terms.full_clean()

    def test_the_series_may_be_chosen_until_then(self):
        terms = invoices.make_terms()
        terms.first_number = 5001
        terms.full_clean()

    def test_ledger_dimension_once(self):
        first = invoices.make_dimension(invoices.make_terms())
        again = LedgerDimension(terms=first.terms, number=first.number, name="Projekt", source="year")
        refuses(again, "ledger_dimension_once", "Dimensionen med det numret finns redan.")

    def test_ledger_dimension_has_value(self):
        dimension = LedgerDimension(terms=invoices.make_terms(), number=1, name="Kostnadsställe", source="fixed")
        refuses(dimension, "ledger_dimension_has_value", "Skriv det fasta värdet.")


class TestRounds:
    def test_invoicing_once_per_instalment(self):
        first = rows.make_invoicing(instalments=2, instalment=2)
        again = Invoicing(
            version=first.version, year=first.year, instalments=2, instalment=2, issued_on=ISSUED_ON, due_on=DUE_ON
        )
        refuses(again, "invoicing_once_per_instalment", "Den delen av året har redan en faktureringsomgång.")

    def test_invoicing_instalments_known(self):
        refuses(new_round(instalments=3), "invoicing_instalments_known")

    @pytest.mark.parametrize(("instalments", "instalment"), [(1, 2), (2, 3), (4, 0)])
    def test_invoicing_instalment_in_year(self, instalments, instalment):
        wrong = new_round(instalments=instalments, instalment=instalment)
        refuses(wrong, "invoicing_instalment_in_year")

    def test_invoicing_due_after_issued(self):
        early = new_round(due_on=ISSUED_ON - datetime.timedelta(days=1))
        refuses(early, "invoicing_due_after_issued", "Förfallodagen kan inte ligga före fakturadatum.")

    @pytest.mark.parametrize(
        ("instalments", "instalment", "text", "months"),
        [
            (1, 1, "2031", (1, 12)),
            (2, 1, "första halvåret 2031", (1, 6)),
            (2, 2, "andra halvåret 2031", (7, 12)),
            (4, 3, "kvartal 3 2031", (7, 9)),
        ],
    )
    def test_a_round_says_which_part_of_the_year_it_is(self, instalments, instalment, text, months):
        invoicing = new_round(instalments=instalments, instalment=instalment)
        assert (invoicing.period_text, invoicing.months) == (text, months)
        assert str(invoicing) == f"Fakturering {invoicing.version.plan.title} {text}"


class TestInvoices:
    @pytest.fixture
    def invoice(self):
        return rows.make_invoice()

    def test_invoice_sequence_once(self, invoice):
        other = make.make_organisation("9102")
        again = rows.new_invoice(invoice.invoicing, other, sequence=invoice.sequence, number="B1")
        refuses_another(again, "invoice_sequence_once")

    def test_invoice_number_once(self, invoice):
        again = rows.new_invoice(invoice.invoicing, make.make_organisation("9102"), number=invoice.number)
        refuses_another(again, "invoice_number_once")

    def test_each_collaboration_has_a_series_of_its_own(self, invoice):
        elsewhere = rows.make_invoice(collaboration=make.make_collaboration("annan"))
        assert elsewhere.number == invoice.number

    def test_invoice_once_per_organisation(self, invoice):
        again = rows.new_invoice(invoice.invoicing, invoice.organisation)
        refuses_another(again, "invoice_once_per_organisation", "Organisationen har redan en faktura i omgången.")

    @pytest.mark.parametrize("is_credit", [True, False])
    def test_invoice_credit_refers(self, invoice, is_credit):
        if is_credit:
            wrong = rows.new_credit(invoice, credits=None)
        else:
            wrong = rows.new_invoice(invoice.invoicing, invoice.organisation, credits=invoice, attempt=2)
        refuses(wrong, "invoice_credit_refers", "En kreditfaktura hänvisar till den faktura som den rättar.")

    def test_invoice_credit_has_reason(self, invoice):
        refuses(rows.new_credit(invoice, reason=""), "invoice_credit_has_reason", "Skriv varför fakturan krediteras.")

    def test_invoice_amounts_add_up(self, invoice):
        wrong = rows.new_credit(invoice, payable_amount=Decimal("21468.46"))
        refuses(wrong, "invoice_amounts_add_up", "är tillsammans det som ska betalas")

    @pytest.mark.parametrize(
        ("net", "vat", "rounding"),
        [
            ("0.10", "0.20", "0.00"),
            ("3211.21", "802.80", "-0.01"),
            ("21468.47", "5367.12", "0.41"),
            ("99999999999.99", "0.00", "0.01"),
        ],
    )
    def test_amounts_are_added_exactly_though_sqlite_counts_in_binary_fractions(self, invoice, net, vat, rounding):
        """0.1 + 0.2 is not 0.3 there."""
        net, vat, rounding = map(Decimal, (net, vat, rounding))
        payable = net + vat + rounding
        amounts = {"net_amount": net, "vat_amount": vat, "rounding_amount": rounding, "payable_amount": payable}
        row = rows.new_credit(invoice, **amounts)
        row.full_clean()
        row.save()
        row.refresh_from_db()
        assert row.payable_amount == payable

    @pytest.mark.parametrize(
        ("net", "vat", "rounding", "sequence"),
        [("0", "0", "0", 9), ("-1", "0", "1", 9), ("1", "-1", "0", 9), ("0.40", "0", "-0.50", 9), ("1", "0", "0", 0)],
    )
    def test_invoice_amounts_positive(self, invoice, net, vat, rounding, sequence):
        amounts = {"net_amount": Decimal(net), "vat_amount": Decimal(vat), "rounding_amount": Decimal(rounding)}
        wrong = rows.new_credit(invoice, sequence=sequence, **amounts, payable_amount=sum(amounts.values()))
        refuses(wrong, "invoice_amounts_positive", "En fakturas belopp är större än noll.")

    def test_invoice_row_once(self, invoice):
        first = invoice.rows.first()
        again = InvoiceRow(invoice=invoice, position=first.position, year=2030, text="Igen", amount=1)
        refuses_another(again, "invoice_row_once")

    def test_invoice_row_positive(self, invoice):
        row = InvoiceRow(invoice=invoice, position=9, year=2030, text="Noll", amount=0)
        refuses(row, "invoice_row_positive", "En rads belopp är större än noll.")

    def test_rows_are_called_what_they_are(self, invoice):
        credit = rows.new_credit(invoice)
        assert (str(invoice), str(credit)) == ("Faktura 1001", "Kreditfaktura 1002")
        assert (invoice.is_credit, credit.is_credit) == (False, True)
        assert str(invoice.rows.first()) == "Faktura 1001, rad 1"
        assert str(rows.make_document(invoice)) == "Filer till Faktura 1001"

    def test_they_belong_to_the_plan_of_their_round(self, invoice):
        plan = invoice.invoicing.version.plan
        assert {plan_of(row) for row in (invoice.invoicing, invoice, invoice.rows.first())} == {plan}

    def test_one_may_be_paid_through_its_last_day(self):
        assert not is_overdue(DUE_ON, DUE_ON)
        assert is_overdue(DUE_ON, DUE_ON + datetime.timedelta(days=1))


class TestPayments:
    def test_bank_file_once(self):
        first = rows.make_bank_file()
        again = BankFile(collaboration=first.collaboration, name="igen.csv", format="csv", digest=first.digest)
        refuses_another(again, "bank_file_once", "Filen är redan inläst.")

    def test_payment_once_per_bank_reference(self):
        first = rows.make_payment(bank_reference="BGC-1")
        again = Payment(collaboration=first.collaboration, received_on=DUE_ON, amount=1, bank_reference="BGC-1")
        refuses_another(again, "payment_once_per_bank_reference", "Betalningen är redan registrerad.")

    def test_payments_without_a_bank_reference_are_as_many_as_they_are(self):
        rows.make_payment()
        rows.make_payment()
        assert Payment.objects.count() == 2

    def test_payment_has_amount(self):
        payment = Payment(collaboration=make.make_collaboration(), received_on=DUE_ON, amount=0)
        refuses(payment, "payment_has_amount", "Ange ett belopp som inte är noll.")

    def test_settlement_has_amount(self):
        settlement = Settlement(payment=rows.make_payment(), invoice=rows.make_invoice(), amount=0)
        refuses(settlement, "settlement_has_amount", "Ange ett belopp som inte är noll.")

    def test_a_payment_is_withdrawn_once(self):
        payment = rows.make_payment()
        rows.make_payment(amount="-21468.47", withdraws=payment)
        with pytest.raises(ValidationError, match="Återtar"):
            Payment(collaboration=payment.collaboration, received_on=DUE_ON, amount=-1, withdraws=payment).full_clean()


class TestSendings:
    def test_invoice_once_in_batch(self):
        invoice = rows.make_invoice()
        batch = rows.make_batch(invoice.invoicing, invoice)
        refuses(InvoiceBatchItem(batch=batch, invoice=invoice), "invoice_once_in_batch")

    def test_invoice_sending_once_per_occasion(self):
        first = rows.make_sending(rows.make_invoice())
        refuses(InvoiceSending(invoice=first.invoice, occasion="original"), "invoice_sending_once_per_occasion")

    def test_invoice_sending_sent_or_refused(self):
        first = rows.make_sending(rows.make_invoice())
        wrong = InvoiceSending(invoice=first.invoice, occasion="again-1", sent_at=first.claimed_at, fault="Nej.")
        refuses(wrong, "invoice_sending_sent_or_refused", "En sändning som har gått har inget fel.")

    def test_every_constraint_of_the_site_has_a_test_here(self):
        tests = {name for group in (TestSendings,) for name in dir(group)}
        constraints = [
            found.name
            for model in (InvoiceBatch, InvoiceBatchItem, InvoiceSending)
            for found in model._meta.constraints
        ]
        assert {f"test_{name}" for name in constraints} <= tests


class TestWhatIsKept:
    """Nothing is lost: what an invoice rests on cannot be deleted."""

    def test_an_organisation_that_has_been_invoiced_stays(self):
        invoice = rows.make_invoice(organisation=make.make_organisation("9177"))
        with pytest.raises(ProtectedError):
            invoice.organisation.delete()
        assert Organisation.objects.filter(code="9177").exists()

    def test_a_version_a_collaboration_and_terms_in_use_stay(self):
        invoice = rows.make_invoice()
        terms = invoices.make_terms(invoice.collaboration)
        invoices.make_dimension(terms)
        for row in (
            invoice.invoicing,
            invoice.collaboration,
            terms,
            invoices.make_recipient(make.make_organisation("9188")).organisation,
        ):
            with pytest.raises(ProtectedError):
                row.delete()
