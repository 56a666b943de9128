"""Typefaces for every document test, and the two real plans as documents and PDF files."""

from pathlib import Path

import pytest
from django.conf import settings

from plans.models import Plan
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.fonts import build_fonts


@pytest.fixture(scope="session", autouse=True)
def _typefaces():
    build_fonts(Path(settings.FONTS_DIR))


@pytest.fixture
def document_2024(plan_2024):
    return build_plan_document(plan_2024)


@pytest.fixture
def document_2022_2023(plan_2022_2023):
    return build_plan_document(plan_2022_2023)


@pytest.fixture(params=["2024", "2022-2023"])
def real_document(request, real_plans):
    return build_plan_document(Plan.objects.get(slug=request.param))
