"""What makes the database itself refuse to change or remove an issued invoice, its files and what has been paid.

An issued invoice is corrected by a credit invoice, a payment by another that withdraws it. The migration installs this;
SQLite drops a table's triggers when a migration rebuilds the table, so one that alters one of these ends with
``install``.
"""

from plans.insert_only import InsertOnly

_issued = InsertOnly(
    unique={
        "budgets_invoice": (
            ("key",),
            ("collaboration_id", "sequence"),
            ("collaboration_id", "number"),
            ("invoicing_id", "organisation_id", "kind", "attempt"),
        ),
        "budgets_invoicerow": (("invoice_id", "position"),),
        "budgets_invoicedocument": (("invoice_id",),),
        "budgets_bankfile": (("key",), ("collaboration_id", "digest")),
        "budgets_payment": (("key",), ("withdraws_id",), ("collaboration_id", "bank_reference")),
        "budgets_settlement": (("key",),),
    },
    function="budgets_issued_refuse",
    refusal="En utställd faktura och en registrerad betalning ändras inte.",
)
TABLES = tuple(_issued.unique)
install, remove, missing = _issued.install, _issued.remove, _issued.missing
