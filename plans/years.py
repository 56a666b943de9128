"""Which years a plan may speak of."""

from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = 1990, 2200
_REASON = f"Året ska ligga mellan {FIRST} och {LAST}."

PLAUSIBLE_YEAR = [MinValueValidator(FIRST, _REASON), MaxValueValidator(LAST, _REASON)]
