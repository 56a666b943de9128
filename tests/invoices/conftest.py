"""What the tests of invoices share."""

from tests.invoices.mail_servers import economist, invoicing, quick_files, server

__all__ = ["economist", "invoicing", "quick_files", "server"]
