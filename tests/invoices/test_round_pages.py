"""A round in the economist's pages: made, reviewed, issued once, and what the pages say on the way."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from budgets.invoice_crediting import credit_invoice
from budgets.invoice_issuing import issue_round
from budgets.models import Invoice, InvoiceRecipient, Invoicing, InvoicingTerms
from plans.models import DecisionRound, PlanVersion
from skane_digi.invoices.round_form import key_of
from skane_digi.models import InvoiceBatch, InvoiceSending
from tests import factories as make
from tests import invoice_factories as bill
from tests.decisions.rounds import make_readable_version
from tests.invoices.round_people import faults_at, sign_in_economist, soup_of, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2030, 2, 1)


@pytest.fixture
def version(db, quick_files):
    """An adopted version: 1000 and 2000 kr of 2030 between the Region (91) and three municipalities."""
    version = bill.make_adopted_version()
    bill.make_terms(version.plan.collaboration)
    bill.make_recipients(version.plan.collaboration)
    return version


@pytest.fixture
def eva(client, version):
    return sign_in_economist(client, version.plan.collaboration)


def asked(version, **fields) -> dict:
    values = {"choice": f"{version.key}-2030", "part": "1-1", "issued_on": "2030-02-01", "due_on": "", "text": ""}
    return {**values, **fields}


def page_of(client, invoicing, name: str = "round"):
    return soup_of(client.get(reverse(f"invoices:{name}", args=[invoicing.key])))


def issue(client, invoicing, seen: str | None = None):
    """Press the button that is shown, or send another page's ``seen``."""
    if seen is None:
        seen = page_of(client, invoicing, "issue").select_one("[name=seen]")["value"]
    return client.post(reverse("invoices:issue", args=[invoicing.key]), {"seen": seen}, follow=True)


class TestNew:
    def test_it_is_made_with_the_terms_days_to_pay(self, client, eva, version):
        answer = client.post(reverse("invoices:new-round"), asked(version, part="4-2", text="Tack."))

        made = Invoicing.objects.get()
        assert answer.url == reverse("invoices:round", args=[made.key])
        assert (made.year, made.instalments, made.instalment, made.text) == (2030, 4, 2, "Tack.")
        assert (made.issued_on, made.due_on) == (TODAY, datetime.date(2030, 3, 3))
        assert made.made_by == eva

    def test_a_fault_stands_at_its_field_and_what_was_typed_stays(self, client, eva, version):
        wrong = asked(version, part="2-2", due_on="2030-01-31", text="Står kvar.")

        answer = client.post(reverse("invoices:new-round"), wrong)

        soup = soup_of(answer)
        assert answer.status_code == 422
        assert "före fakturadatum" in faults_at(soup, "due_on")
        assert soup.select_one("[name=text]").text.strip() == "Står kvar."
        assert soup.select_one("[name=part][value='2-2']").has_attr("checked")
        assert not Invoicing.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"choice": ""}, "choice"),
            ({"choice": "påhittad-2030"}, "choice"),
            ({"part": ""}, "part"),
            ({"part": "3-1"}, "part"),
            ({"issued_on": ""}, "issued_on"),
            ({"issued_on": "i morgon"}, "issued_on"),
            ({"due_on": "2032-01-01"}, "due_on"),
            ({"text": "a" * 2001}, "text"),
        ],
    )
    def test_what_is_not_right_is_said(self, client, eva, version, fields, name):
        answer = client.post(reverse("invoices:new-round"), asked(version, **fields))

        assert answer.status_code == 422
        assert faults_at(soup_of(answer), name)

    def test_the_same_part_is_not_begun_twice(self, client, eva, version):
        bill.make_round(version, instalments=2, instalment=1)

        again = client.post(reverse("invoices:new-round"), asked(version, part="2-1"))
        otherwise = client.post(reverse("invoices:new-round"), asked(version, part="1-1"))

        assert (again.status_code, otherwise.status_code) == (422, 422)
        assert "på ett annat sätt" in faults_at(soup_of(otherwise), "part")
        assert Invoicing.objects.count() == 1

    def test_the_next_part_is_chosen_beforehand(self, client, eva, version):
        bill.make_round(version, instalments=4, instalment=1)
        start = soup_of(client.get(reverse("invoices:rounds")))

        soup = soup_of(client.get(start.select_one(".to-invoice__list a")["href"]))

        assert soup.select_one("[name=part]:checked")["value"] == "4-2"
        assert soup.select_one("[name=choice] option[selected]")["value"] == f"{version.key}-2030"

    def test_which_of_two_sums_has_to_be_chosen_with_both_amounts_in_sight(self, client, plan_2024):
        """The printed plan for 2024 has a total that its lines do not sum to."""
        version = make_readable_version(plan_2024, status="adopted", kind=PlanVersion.Kind.AS_PRINTED)
        bill.make_terms(version.plan.collaboration)
        sign_in_economist(client, version.plan.collaboration)

        soup = soup_of(client.get(reverse("invoices:new-round")))
        client.post(reverse("invoices:new-round"), asked(version, choice=f"{version.key}-2024", basis="printed"))

        assert {option["value"] for option in soup.select("[name=basis]")} == {"lines", "printed"}
        assert "den tryckta summan" in words(soup.select_one(".decision-note"))
        assert Invoicing.objects.get().basis == "printed"

    def test_without_terms_there_is_one_first_step(self, client, eva, version):
        InvoicingTerms.objects.all().delete()

        start = soup_of(client.get(reverse("invoices:rounds")))
        new = soup_of(client.get(reverse("invoices:new-round")))

        link = reverse("invoices:terms", args=[version.plan.collaboration.slug])
        assert [a["href"] for a in start.select("a.button--main")] == [link]
        assert new.select_one(f".notice a[href='{link}']")
        assert not new.select("form.decision-form")


class TestReview:
    def test_the_round_says_what_is_invoiced_and_has_one_thing_to_do(self, client, eva, version):
        invoicing = bill.make_round(version)

        soup = page_of(client, invoicing)

        main = soup.select("main .button--main")
        assert [words(button) for button in main] == ["Ställ ut 4 fakturor"]
        assert main[0]["href"] == reverse("invoices:issue", args=[invoicing.key])
        assert "3 000,00 kr" in words(soup.select_one(".round-next")).replace("\u202f", " ")
        assert "inget behöver rättas" in words(soup.select_one(".review-clean"))
        assert len(soup.select(".draft-list tbody:first-of-type tr")) == 4

    def test_areas_stand_beside_the_budget_with_the_difference(self, client, eva, version):
        soup = page_of(client, bill.make_round(version, instalments=2, instalment=1))

        rows = [words(row).replace("\u202f", " ") for row in soup.select(".area-sums tr")]
        assert rows[-1] == "Summa 3 000,00 1 500,00 1 500,00 0,00"
        assert not soup.select(".disagrees")

    def test_what_a_body_lacks_is_told_with_a_link_to_where_it_is_mended(self, client, eva, version):
        invoicing = bill.make_round(version)
        InvoiceRecipient.objects.filter(organisation__code="9101").update(reference="")
        slug = InvoiceRecipient.objects.get(organisation__code="9101").organisation.slug

        soup = page_of(client, invoicing)

        link = soup.select_one(".review__bodies a")["href"]
        assert link == f"{reverse('invoices:recipient', args=[slug])}?omgang={invoicing.key}#id_reference"
        assert words(soup.select_one(".button--main")) == "Ställ ut 3 fakturor"
        assert "1 organisation väntar" in words(soup.select_one(".round-next"))

    def test_bodies_that_lack_the_same_are_told_together(self, client, eva, version):
        invoicing = bill.make_round(version)
        InvoiceRecipient.objects.update(reference="", email="")

        soup = page_of(client, invoicing)

        (group,) = soup.select(".review__bodies > li")
        assert words(group.h3) == "4 organisationer"
        assert len(group.select(".review__names a")) == 4
        assert words(soup.select_one(".button--main")) == "Fyll i mottagarna"

    def test_a_fault_of_the_whole_round_comes_first_and_nothing_can_be_issued(self, client, eva, version):
        invoicing = bill.make_round(version)
        InvoicingTerms.objects.update(vat_text="")

        soup = page_of(client, invoicing)
        confirm = page_of(client, invoicing, "issue")
        answer = issue(client, invoicing, "vad som helst")

        assert "Momstexten saknas" in words(soup.select_one(".review li"))
        assert words(soup.select_one(".button--main")) == "Till villkoren"
        assert not confirm.select("form.decision-form")
        assert answer.status_code == 422
        assert not Invoice.objects.exists()

    def test_a_version_that_no_longer_stands_is_not_invoiced(self, client, eva, version):
        invoicing = bill.make_round(version)
        seen = page_of(client, invoicing, "issue").select_one("[name=seen]")["value"]
        DecisionRound.objects.filter(version=version).update(state=DecisionRound.State.REPLACED)

        answer = issue(client, invoicing, seen)

        assert answer.status_code == 422
        assert not Invoice.objects.exists()

    def test_questions_do_not_grow_with_the_bodies(self, client, django_assert_max_num_queries):
        counts = {}
        for name, version in (("four", bill.make_adopted_version()), ("real", bill.make_real_version())):
            collaboration = version.plan.collaboration
            invoicing = bill.make_round(version, year=2030 if name == "four" else 2023)
            own = Client()
            user = make.make_user(f"{name}@prov.example")
            make.make_role(user, "economist", collaboration=collaboration)
            own.force_login(user)
            for page, address in {
                "rounds": reverse("invoices:rounds"),
                "round": reverse("invoices:round", args=[invoicing.key]),
                "issue": reverse("invoices:issue", args=[invoicing.key]),
                "recipients": reverse("invoices:recipients"),
            }.items():
                with django_assert_max_num_queries(60) as captured:
                    assert own.get(address).status_code == 200
                counts[name, page] = len(captured)
        for page in ("rounds", "round", "issue", "recipients"):
            assert counts["real", page] <= counts["four", page], page


class TestDraft:
    def test_it_shows_the_invoice_as_it_will_look(self, client, eva, version):
        invoicing = bill.make_round(version, text="Tack för i år.")
        slug = version.plan.collaboration.memberships.get(organisation__code="9101").organisation.slug

        soup = soup_of(client.get(reverse("invoices:draft", args=[invoicing.key, slug])))

        sheet = words(soup.select_one(".sheet")).replace("\u202f", " ").replace("\xa0", " ")
        for text in ("Utkast till faktura", "250,00 kr", "Tack för i år.", "ZZ9101", "Så är beloppet räknat"):
            assert text in sheet

    def test_its_pdf_is_marked_and_kept_nowhere(self, client, eva, version):
        invoicing = bill.make_round(version)
        slug = version.plan.collaboration.memberships.get(organisation__code="9101").organisation.slug

        answer = client.get(reverse("invoices:draft-pdf", args=[invoicing.key, slug]))

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert not Invoice.objects.exists()

    def test_one_that_has_been_issued_leads_to_the_invoice(self, client, eva, version):
        invoicing = bill.make_issued_round(version)
        invoice = invoicing.invoices.get(organisation__code="9101")

        soup = soup_of(client.get(reverse("invoices:draft", args=[invoicing.key, invoice.organisation.slug])))

        assert soup.select_one(".notice a")["href"] == reverse("invoices:invoice", args=[invoice.key])


class TestChange:
    def test_days_and_text_can_be_changed_until_something_is_issued(self, client, eva, version):
        invoicing = bill.make_round(version)
        address = reverse("invoices:change-round", args=[invoicing.key])
        fields = {"issued_on": "2030-02-10", "due_on": "2030-03-31", "text": "Ny text."}

        assert client.post(address, fields).status_code == 302
        invoicing.refresh_from_db()
        assert (invoicing.issued_on, invoicing.text) == (datetime.date(2030, 2, 10), "Ny text.")

        issue_round(invoicing=invoicing, by=None)
        late = client.post(address, {**fields, "text": "För sent."})
        assert late.status_code == 422
        assert "ändras inte" in late.content.decode()

    def test_it_can_be_removed_until_something_is_issued(self, client, eva, version):
        invoicing = bill.make_issued_round(version)

        answer = client.post(reverse("invoices:remove-round", args=[invoicing.key]), follow=True)

        assert "kan inte tas bort" in answer.content.decode()
        assert Invoicing.objects.filter(pk=invoicing.pk).exists()


def test_the_key_of_a_choice_is_its_version_and_year(version):
    choice = type("Choice", (), {"version": version, "year": 2030})
    assert key_of(choice) == f"{version.key}-2030"


def test_a_credited_body_counts_as_not_issued(client, eva, version):
    invoicing = bill.make_issued_round(version)
    invoice = invoicing.invoices.get(organisation__code="9101")
    credit_invoice(invoice=invoice, amounts=None, reason="Fel referens.", issued_on=invoicing.issued_on, by=None)

    soup = page_of(client, invoicing)

    assert "3 av 4 utställda" in words(soup.select_one(".facts"))
    assert words(soup.select_one(".button--main")) == "Ställ ut 1 faktura"


def test_the_next_thing_to_do_follows_the_invoices(client, eva, version, django_capture_on_commit_callbacks):
    """Files, then sending, then following up: one button at a time."""
    invoicing = bill.make_issued_round(version)
    assert "Gör filerna" in words(page_of(client, invoicing).select_one(".button--main"))

    with django_capture_on_commit_callbacks() as work:
        client.post(reverse("invoices:make-files", args=[invoicing.key]))
    soup = page_of(client, invoicing)
    assert soup.select_one(".button--main")["href"] == reverse("invoices:batch", args=[InvoiceBatch.objects.get().key])
    for each in work:
        each()
    assert words(page_of(client, invoicing).select_one(".button--main")) == "Skicka 4 fakturor"

    for invoice in invoicing.invoices.all():
        InvoiceSending.objects.create(invoice=invoice, occasion="original", sent_at=invoice.issued_at)
    soup = page_of(client, invoicing)
    assert words(soup.select_one(".button--main")) == "Följ betalningarna"
    assert "alla skickade" in words(soup.select_one(".facts"))


def test_a_round_issued_in_part_says_how_many_there_are(client, eva, version):
    InvoiceRecipient.objects.filter(organisation__code="9101").update(reference="")
    invoicing = bill.make_round(version, is_ready=False)
    address = reverse("invoices:round", args=[invoicing.key])

    before = words(soup_of(client.get(address)).select_one(".round-next__sums"))
    issue_round(invoicing=invoicing, by=eva)
    after = words(soup_of(client.get(address)).select_one(".round-next__sums"))

    assert "Fakturor 4" in before
    assert "Fakturor 3 av 4" in after
