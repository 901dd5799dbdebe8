"""report.html: one page for people, in one file without network: what was asked, whether it holds, and the pictures."""

from optimiser.report.page.assembling import page, page_or_apology
from optimiser.report.page.words import LANGUAGES, checked_language

__all__ = ["LANGUAGES", "checked_language", "page", "page_or_apology"]
