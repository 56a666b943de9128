"""A process that issues, makes files and mails, and can be killed: everything is loaded once and then copied by fork.

It is told what to do line by line on its standard input, as JSON, and answers in the same way. Each piece of work is
done by a copy of it, on the database that the line names, so that what dies is a whole process of the product's.
"""

import hashlib
import json
import os
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 Django has to be set up first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from budgets.frozen_shares import years_of  # noqa: E402
from budgets.invoice_content import digest_of, from_text  # noqa: E402
from budgets.invoice_issuing import issue_round  # noqa: E402
from budgets.models import Invoice, InvoiceDocument, Invoicing  # noqa: E402
from plans.models import Organisation, Plan  # noqa: E402
from plans.roles import Role  # noqa: E402
from skane_digi import demo  # noqa: E402
from skane_digi.documents.fonts import build_fonts  # noqa: E402
from skane_digi.invoices.batches import BatchRefused, order_documents, order_sending, take_up  # noqa: E402
from skane_digi.invoices.letters import letter_number  # noqa: E402
from skane_digi.invoices.making import make_document  # noqa: E402
from skane_digi.invoices.occasions import State, state_of  # noqa: E402
from skane_digi.invoices.printing import invoice_pdf  # noqa: E402
from skane_digi.invoices.sending import resolve_sending  # noqa: E402
from skane_digi.invoices.ubl import invoice_xml  # noqa: E402
from skane_digi.models import InvoiceSending  # noqa: E402
from tests import factories as make  # noqa: E402
from tests import invoice_factories as bill  # noqa: E402

HOUR = timedelta(hours=1)
EMAIL = "ekonom@prov.example"


def prepare() -> dict:
    """Make the real plan for 2022–2023 adopted, with all that its round of 2023 needs; return what each is to pay."""
    if not Plan.objects.exists():
        demo.load_fixtures()
    version = bill.make_real_version()
    invoicing = bill.make_round(version, year=2023)
    make.make_role(make.make_user(EMAIL), Role.ECONOMIST, collaboration=version.plan.collaboration)
    (year,) = [each for each in years_of(version) if (each.year, each.basis) == (2023, invoicing.basis)]
    return {member.code: f"{member.amount:.2f}" for member in year.members}


def run(*, attempt: int = 0, marks: str = "", stop_at_files: bool = False) -> None:
    """Do what the economist's three buttons do, and go on where an earlier process stopped.

    ``marks`` is a file for the processor time that had gone at the end of each part.
    """
    invoicing, by, times = Invoicing.objects.get(), get_user_model().objects.get(email=EMAIL), []
    issue_round(invoicing=invoicing, by=by)
    times.append(time.process_time())
    for order in (order_documents,) if stop_at_files else (order_documents, order_sending):
        try:
            batch = order(invoicing=invoicing, by=by)
        except BatchRefused:
            pass
        else:
            # An order begins its work by itself; one that was there already has been left by the one that was killed.
            take_up(batch, at=timezone.now() + attempt * HOUR)
        times.append(time.process_time())
    if marks:
        Path(marks).write_text(json.dumps(times))


def halve() -> None:
    """Issue, and make the first half of the files, as the work does that is stopped there."""
    by = get_user_model().objects.get(email=EMAIL)
    for invoice in issue_round(invoicing=Invoicing.objects.get(), by=by)[:17]:
        make_document(invoice, by=by)


def work() -> None:
    """Be a worker of the queue in the database until killed."""
    call_command("db_worker", interval=0.05, startup_delay=False, reload=False, verbosity=0, worker_id=str(os.getpid()))


def resolve(*, arrived: list[str]) -> int:
    """Answer for each letter that was cut off by what the mail server has got, as a human would."""
    by, at = get_user_model().objects.get(email=EMAIL), timezone.now() + HOUR
    unclear = [row for row in InvoiceSending.objects.all() if state_of(row, at=at) == State.CUT_OFF]
    for row in unclear:
        outcome = "arrived" if letter_number(row) in arrived else "lost"
        resolve_sending(sending=row, outcome=outcome, by=by, at=at)
    return len(unclear)


def look(*, reads_back: bool = True) -> dict:
    """Return what there is; ``reads_back`` makes each XML anew, to compare with the one that is kept."""
    codes = dict(Organisation.objects.values_list("pk", "code"))
    invoices = list(Invoice.objects.order_by("sequence"))
    return {
        "sequences": [invoice.sequence for invoice in invoices],
        "payable": {codes[invoice.organisation_id]: str(invoice.payable_amount) for invoice in invoices},
        "rows": {
            codes[invoice.organisation_id]: str(sum(row.amount for row in invoice.rows.all())) for invoice in invoices
        },
        "keys": [invoice.key for invoice in invoices],
        "changed": [invoice.number for invoice in invoices if digest_of(invoice.content) != invoice.content_digest],
        "documents": [
            _document(document, reads_back) for document in InvoiceDocument.objects.select_related("invoice")
        ],
        "sendings": [
            (row.invoice.key, row.occasion, str(state_of(row, at=timezone.now() + 9 * HOUR)))
            for row in InvoiceSending.objects.select_related("invoice")
        ],
    }


def _document(document: InvoiceDocument, reads_back: bool) -> dict:
    pdf, xml = bytes(document.pdf), bytes(document.xml)
    return {
        "number": document.invoice.number,
        "is_whole": hashlib.sha256(pdf).hexdigest() == document.pdf_digest
        and hashlib.sha256(xml).hexdigest() == document.xml_digest
        and pdf.startswith(b"%PDF-")
        and pdf.rstrip().endswith(b"%%EOF"),
        "is_the_invoice": not reads_back or xml == invoice_xml(from_text(document.invoice.content)),
    }


WORK = {each.__name__: each for each in (prepare, run, halve, work, resolve, look)}


def copy_of_myself(order: dict) -> int:
    """Let a copy of this process do the work on its own database; return its number."""
    sys.stdout.flush()
    if number := os.fork():
        return number
    status = 1
    try:
        connection.settings_dict["NAME"] = order["database"]
        answer = WORK[order["work"]](**order.get("with", {}))
        connection.close()
        Path(f"{order['database']}.answer").write_text(json.dumps(answer))
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def say(answer: dict) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def main() -> None:
    build_fonts(Path(django.conf.settings.FONTS_DIR))
    # What a worker has at hand after its first invoice: typefaces, style sheets, templates.
    warm = bill.make_content()
    invoice_pdf(warm, invoice_xml(warm))
    say({})
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            say({"status": os.waitstatus_to_exitcode(status)})
        else:
            say({"pid": copy_of_myself(order)})


if __name__ == "__main__":
    main()
