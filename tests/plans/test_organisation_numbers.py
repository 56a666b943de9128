"""An organisation number is ten digits that hang together: the last one checks the others."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from plans.models import Organisation
from plans.organisation_numbers import fault_in, has_right_check_digit, with_hyphen
from tests import factories as make


def test_every_real_number_is_right(real_plans):
    numbers = list(Organisation.objects.exclude(organisation_number="").values_list("organisation_number", flat=True))
    assert len(numbers) == 34
    assert [number for number in numbers if fault_in(number)] == []


@pytest.mark.parametrize("number", ["212000-1173", "232100-0255", "202100-5489"])
def test_known_numbers_of_public_bodies_are_right(number):
    assert fault_in(number) == ""


@pytest.mark.parametrize(
    "number", ["2120001173", "212000-117", "212000-11733", "٢١٢٠٠٠-١١٧٣", "212000-1173\n", "", "abc"]
)
def test_another_shape_is_shown_the_right_one(number):
    assert "212000-1173" in fault_in(number)


@pytest.mark.parametrize("number", ["556036-0793", "211900-1170"])
def test_a_companys_or_a_persons_number_is_no_public_bodys(number):
    assert "börjar med 2" in fault_in(number)


@given(st.integers(min_value=0, max_value=9), st.integers(min_value=0, max_value=9))
def test_any_one_digit_written_wrong_is_found(place, digit):
    digits = list("2120001173")
    wrong = [*digits[:place], str(digit), *digits[place + 1 :]]
    assert has_right_check_digit("".join(wrong)) is (wrong == digits)


def test_two_digits_that_have_changed_places_are_found():
    assert "Kontrollsiffran" in fault_in("212000-1713")


def test_a_number_without_its_hyphen_gets_it():
    assert [with_hyphen(number) for number in ("2120001173", " 212000 1173 ", "212000-1173", "nej")] == [
        "212000-1173",
        "212000-1173",
        "212000-1173",
        "nej",
    ]


@pytest.mark.django_db
def test_the_model_and_the_form_refuse_a_wrong_number(admin_client):
    organisation = make.make_organisation("9101", organisation_number="212000-1174")
    with pytest.raises(ValidationError, match="Kontrollsiffran"):
        organisation.full_clean()
    data = {"code": "9101", "kind": "municipality", "name": "x", "short_name": "x", "slug": "x"}
    address = reverse("admin:plans_organisation_change", args=[organisation.pk])
    answer = admin_client.post(address, {**data, "organisation_number": "212000-1174"})
    assert "Kontrollsiffran" in str(answer.context["adminform"].form.errors["organisation_number"])
    assert admin_client.post(address, {**data, "organisation_number": "202100-5489"}).status_code == 302


@pytest.mark.django_db
def test_two_organisations_never_have_the_same_number():
    make.make_organisation("9101", organisation_number="202100-5489")
    twin = make.make_organisation("9102")
    twin.organisation_number = "202100-5489"
    with pytest.raises(ValidationError, match="En annan organisation har redan"):
        twin.full_clean()
