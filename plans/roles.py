"""The roles that a person can have in a collaboration."""

from django.db import models


class Role(models.TextChoices):
    """What a person is in a collaboration. What each role may do is said in ``plans.permissions``."""

    ADMINISTRATOR = "administrator", "Administratör"
    EDITOR = "editor", "Redaktör i SGD"
    CHAIR = "chair", "Ordförande i SGD"
    ECONOMIST = "economist", "Ekonom"
    REGISTRAR = "registrar", "Registrator"
    READER = "reader", "Läsare"
    AUDITOR = "auditor", "Revisor"


# A registrar is always one organisation's, a reader may be; the other roles are for the whole collaboration.
ROLES_OF_ONE_ORGANISATION = (Role.REGISTRAR,)
ROLES_WITH_ORGANISATION = (Role.REGISTRAR, Role.READER)
