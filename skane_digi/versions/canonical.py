"""The document tree as JSON and back: what a frozen version holds.

``plans.log.canonical`` makes the one text of it. Stored text is never written anew: its digest is that of the text as
it was frozen, also when the tree has been given more fields since.
"""

from plans import dataclass_json
from skane_digi.documents.tree import PlanDocument


def document_json(document: PlanDocument) -> dict:
    """Return everything that ``document`` says as plain JSON data; numbers and days are text."""
    return dataclass_json.write(document, PlanDocument)


def document_from_json(data: object) -> PlanDocument:
    """Return the document that ``data`` was made of, equal in every part.

    Raises ``plans.dataclass_json.UnreadableJson``, with a Swedish sentence that says where, for an unknown or missing
    field or a value of another kind.
    """
    return dataclass_json.read(data, PlanDocument)
