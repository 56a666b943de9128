"""The payment code: what it says, and that the square says nothing else."""

import base64
import datetime
import io
import json
from decimal import Decimal

import pytest
from PIL import Image

from budgets import invoice_content
from skane_digi.invoices.payment_code import DOTS, MASK, QUIET_ZONE, PaymentCode, payment_code, payment_text
from tests.invoice_factories import make_content, make_credit_content, make_seller
from tests.invoices.square_reading import format_is_right, words_of


def test_the_payload_has_the_keys_and_values_of_the_format():
    assert payment_text(make_content()) == (
        '{"uqr":1,"tp":1,"nme":"Region Sk\\u00e5ne","cid":"232100-0255","iref":"10017","idt":"20240402",'
        '"ddt":"20240502","due":21468.47,"vat":0.00,"pt":"BG","acc":"5165-8300"}'
    )


def test_the_payload_is_json_with_exact_amounts():
    content = make_content("100.10", "0.15", vat_category=invoice_content.STANDARD)
    read = json.loads(payment_text(content), parse_float=Decimal)
    assert (read["due"], read["vat"]) == (content.totals.payable, content.totals.vat)
    assert read["nme"] == "Region Skåne"
    assert datetime.datetime.strptime(read["ddt"], "%Y%m%d").date() == content.due_on  # noqa: DTZ007 a date


def test_a_name_with_quotes_stays_one_value():
    seller = make_seller(name='Förbundet "Sam", \\ {}')
    assert json.loads(payment_text(make_content(seller=seller)))["nme"] == seller.name


def test_a_long_name_is_cut_and_the_rest_is_whole():
    read = json.loads(payment_text(make_content(seller=make_seller(name="å" * 200))))
    assert read["nme"] == "å" * 60
    assert read["acc"] == "5165-8300"


def test_a_plusgiro_is_used_where_there_is_no_bankgiro():
    both = make_seller(plusgiro="4 12 33-1")
    only = make_seller(plusgiro="4 12 33-1", bankgiro="")
    assert json.loads(payment_text(make_content(seller=both)))["pt"] == "BG"
    read = json.loads(payment_text(make_content(seller=only)))
    assert (read["pt"], read["acc"]) == ("PG", "4 12 33-1")


@pytest.mark.parametrize(
    "content",
    [
        make_credit_content(),
        make_content(number="", ocr=""),
        make_content("0.30", rounds_to_krona=True),
        make_content(seller=make_seller(bankgiro="")),
    ],
    ids=["credit", "draft", "zero", "no giro"],
)
def test_there_is_no_code_where_nothing_is_to_be_paid(content):
    assert payment_text(content) == ""
    assert payment_code(content) is None


@pytest.mark.parametrize(
    "text",
    [payment_text(make_content()), payment_text(make_content(seller=make_seller(name="å" * 200))), "a", "x" * 300],
)
def test_the_square_read_back_is_exactly_the_payload(text):
    matrix = PaymentCode(text).matrix
    assert format_is_right(matrix, mask=MASK)
    assert words_of(matrix, mask=MASK) == text


def test_a_module_that_is_wrong_is_seen():
    """The reading above mends nothing, or it would prove nothing."""
    matrix = [bytearray(row) for row in PaymentCode(payment_text(make_content())).matrix]
    matrix[-1][-3] ^= 1
    assert words_of(matrix, mask=MASK) != payment_text(make_content())


def test_the_picture_shows_the_square_with_its_quiet_zone():
    code = payment_code(make_content())
    kind, _, data = code.picture.partition(",")
    assert kind == "data:image/png;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    picture.load()
    size = len(code.matrix) + 2 * QUIET_ZONE
    assert picture.size == (size * DOTS, size * DOTS)
    shrunk = [[picture.getpixel((x * DOTS + 1, y * DOTS + 2)) == 0 for x in range(size)] for y in range(size)]
    inner = [row[QUIET_ZONE:-QUIET_ZONE] for row in shrunk[QUIET_ZONE:-QUIET_ZONE]]
    assert inner == [[bool(module) for module in row] for row in code.matrix]
    assert sum(map(sum, shrunk)) == sum(map(sum, inner)), "the quiet zone is not white"
