"""Answers and files from SCB are read whatever form they have; what is wrong is said with its place."""

import datetime
import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from budgets.regions import Region
from budgets.scb.files import read_file
from budgets.scb.json_stat import Malformed, read_json
from budgets.scb.population import population_in_file
from budgets.scb.reading import FiguresRefused, Key, pick, whole
from tests.key_figures.scb_server import json_stat, version_1

ANSWERS = Path(__file__).resolve().parent.parent / "key_figures" / "answers"
MAY = datetime.date(2026, 5, 31)
DAY = datetime.date(2022, 12, 31)
SKANE = Region("12", "Skåne län", {"1214": "Svalöv", "1285": "Eslöv"})
VALUES = {"12": 49200, "1214": 14466, "1285": 34701}
WANTED = {"1214": 14466, "1285": 34701}


def read(text: str | bytes, name: str = "folk.csv", day: datetime.date = DAY):
    data = text.encode() if isinstance(text, str) else text
    return population_in_file(data, file_name=name, day=day, region=SKANE)


def refusal(text: str | bytes, name: str = "folk.csv", day: datetime.date = DAY) -> str:
    with pytest.raises(FiguresRefused) as caught:
        read(text, name, day)
    return caught.value.reason


def workbook(*rows: tuple, sheets: tuple[str, ...] = ("Blad1",)) -> bytes:
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
        for name in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, column, value)
    return output.getvalue()


def test_a_real_answer_keeps_the_parts_and_the_county_apart():
    """From 2025 a county's total need not equal the sum of its municipalities: keep both."""
    data = (ANSWERS / "TAB6471_2026M05_skane.jsonstat2.json").read_bytes()
    picked = {one.region.code: one.value for one in pick(read_json(data.decode()), periods=["2026M05"])}
    total = picked.pop("12")
    assert len(picked) == 33
    assert (total, sum(picked.values())) == (1433842, 1433850)
    found = read(data, "svar.json", MAY)
    assert (found.values, found.stated_total) == ({"1214": 14461, "1285": 35082}, 1433842)
    assert found.source == "SCB, Statistikdatabasen, tabell TAB6471, inläst ur filen svar.json"
    assert found.quality == "perturbed"


def test_dimensions_are_read_in_the_order_that_the_answer_gives_them():
    document = json_stat(VALUES)
    document["id"], document["size"] = document["id"][::-1], document["size"][::-1]
    assert read(json.dumps(document), "svar.json").values == WANTED


def test_values_by_position_are_read_as_a_list_is():
    document = json_stat(VALUES)
    document["value"] = {str(at): value for at, value in enumerate(document["value"])}
    assert read(json.dumps(document), "svar.json").values == WANTED
    del document["value"]["2"]
    document["status"] = {"2": ".."}
    assert "Region 1285: 1285 har inget värde" in refusal(json.dumps(document), "svar.json")


@pytest.mark.parametrize("index", [["12", "1214", "1285"], {"1285": 2, "1214": 1, "12": 0}])
def test_categories_are_a_list_or_positions(index):
    document = json_stat(VALUES)
    document["dimension"]["Region"]["category"] = {"index": index}
    assert read(json.dumps(document), "svar.json").values == WANTED


def test_a_single_category_needs_no_index():
    document = json_stat(VALUES)
    document["dimension"]["Tid"]["category"] = {"label": {"2022": "2022"}}
    assert read(json.dumps(document), "svar.json").values == WANTED


def test_version_1_is_read():
    assert read(json.dumps(version_1(VALUES)), "svar.json").stated_total == 49200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": [2, 1, 1]}, "annat antal kategorier"),
        ({"value": [1]}, "ska ha 3 värden"),
        ({"value": "1 2 3"}, "ska ha 3 värden"),
        ({"id": ["Kommun", "ContentsCode", "Tid"]}, "saknar id, size, dimension"),
        ({"size": [3.5, 1, 1]}, "saknar id, size, dimension"),
        ({"dimension": []}, "saknar id, size, dimension"),
    ],
)
def test_an_answer_of_another_form_is_refused(change, said):
    assert said in refusal(json.dumps({**json_stat(VALUES), **change}), "svar.json")


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', "{" * 100_000, '{"dataset": {}}', '{"value": NaN}'])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(Malformed):
        read_json(text)


def test_an_answer_that_claims_to_be_huge_is_not_unfolded():
    document = json_stat({str(code): 1 for code in range(1000, 2000)})
    document["id"].append("Alder")
    document["size"].append(200)
    document["dimension"]["Alder"] = {"category": {"index": [str(age) for age in range(200)]}}
    with pytest.raises(Malformed, match="200000 värden"):
        read_json(json.dumps(document))


def test_the_other_dimensions_must_be_their_totals():
    """A sum of noisy parts is no total, and the men are not the inhabitants."""
    assert read(json.dumps(json_stat(VALUES, Kon="TotSa")), "svar.json").values == WANTED
    assert "uppdelade efter kön (1)" in refusal(json.dumps(json_stat(VALUES, Kon="1")), "svar.json")


def test_a_total_is_taken_where_its_parts_are_there_too():
    text = "region,kön,Folkmängd 2022\n" + "".join(
        f"{code},{sex},{value}\n" for code, value in VALUES.items() for sex in ("män", "totalt")
    )
    assert read(text).values == WANTED


def test_the_first_of_november_is_not_the_last_of_december():
    november = {**json_stat(VALUES, contents="BE0101A9"), "label": "Folkmängden den 1 november efter region och år"}
    assert "är SCB:s folkmängd den 1 november" in refusal(json.dumps(november), "svar.json")
    own_day = datetime.date(2022, 11, 1)
    assert read(json.dumps(november), "svar.json", own_day).values == WANTED
    assert "är inte SCB:s folkmängd den 1 november" in refusal(json.dumps(json_stat(VALUES)), "svar.json", own_day)


def test_another_day_is_refused():
    assert "avser 2021, inte 2022" in refusal(json.dumps(json_stat(VALUES, period="2021")), "svar.json")
    assert "avser 2021, inte 2022" in refusal("region,Folkmängd 2021\n1214 Svalöv,1\n1285 Eslöv,2")


TITLE = '"Folkmängden efter region, tabellinnehåll och år"\n\n'
COMMAS = '"region","Folkmängd 2022"\n"12 Skåne län",49200\n"1214 Svalöv",14466\n"1285 Eslöv",34701\n'
NOTES = '\n"Folkmängden avser förhållandet den 31 december."\n"Källa: SCB"\n'


@pytest.mark.parametrize(
    "text",
    [
        COMMAS,
        TITLE + COMMAS,
        TITLE + COMMAS.replace(",", ";"),
        TITLE + COMMAS + NOTES,
        COMMAS.replace(",", "\t").replace('"', ""),
        COMMAS.partition("\n")[2],
        "region;Folkmängd 2021;Folkmängd 2022\n12 Skåne län;1;49200\n1214 Svalöv;1;14466\n1285 Eslöv;1;34701\n",
        "region;år;Folkmängd\n12 Skåne län;2022;49200\n1214 Svalöv;2022;14466\n1285 Eslöv;2022;34701\n1214;2021;1\n",
        "region;tabellinnehåll;2022\n12;Folkmängd;49200\n1214;Folkmängd;14466\n1285;Folkmängd;34701\n1214;Folkökning;3\n",
        'region,ålder,kön,Folkmängd 2022M12\n12,"totalt, samtliga åldrar",totalt,49200\n'
        '1214,"totalt, samtliga åldrar",totalt,14466\n1285,"totalt, samtliga åldrar",totalt,34701\n',
        "Kommun;Antal\nSkåne län;49 200\nSvalöv;14 466\nEslöv;34\u00a0701\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_csv_is_read_as_scb_and_people_write_it(text, encoding):
    found = read(text.encode(encoding))
    assert (found.values, found.stated_total) == (WANTED, 49200)


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("Folkmängden efter region, tabellinnehåll och år",),
            (),
            (None, None, "2022"),
            *((k, "x", v) for k, v in VALUES.items()),
        ],
        [("kod", "kommun", "värde"), *((int(k), "x", v) for k, v in VALUES.items())],
        [("region", None, "Folkmängd 2022"), *((k, None, v) for k, v in VALUES.items()), (), ("Källa: SCB",)],
    ],
)
def test_workbooks_are_read(rows):
    assert read(workbook(*rows), "folk.xlsx").values == WANTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kod;värde\n1214;14466\n1285;\n", "Blad folk.csv, rad 3, kolumn B (värde): 1285 har inget värde"),
        ("kod;värde\n1214;14466\n1285;..\n", "rad 3, kolumn B (värde): 1285 har inget värde"),
        ("kod;värde\n1214;14466\n1285;34,5\n", "har värdet ”34,5”, som inte är ett helt tal"),
        ("kod;värde\n1214;14466\n1285;-1\n", "som är mindre än noll"),
        ("kod;värde\n1214;14466\n1285;99999999999999999999\n", "som är för stort"),
        ("kod;värde\n1214;1\n1285;2\n1214;3\n", "rad 4, kolumn B (värde): 1214 finns redan (Blad folk.csv, rad 2"),
        ("kod;värde\n1214;1\n", "Uppgift saknas för Eslöv (1285)"),
        ("bara en kolumn\n1214\n", "minst två kolumner"),
        ("kod;anmärkning\n1214;bra\n", "ingen kolumn har värden"),
        ('kod;värde\n"1214;1\n', "citattecknen"),
        ("", "Filen är tom"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    assert said in refusal(text)


def test_a_value_that_is_left_out_last_is_not_taken_for_a_note():
    assert "rad 3, kolumn B (värde): Eslöv har inget värde" in refusal("kommun;värde\n1214 Svalöv;1\n1285 Eslöv;\n")


def test_files_of_other_kinds_and_sizes_are_refused():
    assert "av ett slag som inte kan läsas" in refusal("x", "folk.pdf")
    assert "högst 5 MB" in refusal(b"1" * (5 * 1024 * 1024 + 1))
    assert "inte att läsa som en arbetsbok" in refusal(b"PKnej", "folk.xlsx")
    assert "formel" in refusal(workbook(("kod", "värde"), ("1214", "=1+1"), ("1285", 2)), "folk.xlsx")
    assert "inte att läsa som JSON" in refusal("hej", "folk.json")
    assert "ingen text" in refusal(b"\x00\x01")


def test_what_a_number_is():
    assert [whole(text) for text in (7, "14 466", "14\u00a0466", "5.0", " 0 ")] == [7, 14466, 14466, 5, 0]
    for text in ("1.5", "1,234", "tolv", "1e3", True):
        with pytest.raises(ValueError):
            whole(text)


def test_a_file_without_a_period_is_taken_at_the_word_of_its_reader():
    assert pick(read_file(b"kod;tal\n12;3\n", file_name="f.csv"), periods=["2022"])[0].region == Key("12")
