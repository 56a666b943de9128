"""Invoices: drafts, files, sending, follow-up and their pages."""
