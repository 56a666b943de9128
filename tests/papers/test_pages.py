"""The pages: papers to fetch, progress while all are made, and the texts."""

import datetime
import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from plans.models import PaperText
from skane_digi.models import PaperBatch
from tests.papers.reading import docx_words

pytestmark = pytest.mark.django_db
HERE = "/planer/2024/handlingar/"
EVERYTHING = {"version": "1", "kinds": ["decision", "letter", "register"], "formats": ["pdf", "docx"]}


@pytest.fixture
def chair(people, client, version_2024):
    client.force_login(people["chair"])
    return people["chair"]


def body(answer) -> str:
    return answer.content.decode()


class TestOnePaper:
    def test_it_comes_as_a_file_with_its_name(self, client, chair):
        answer = client.get(f"{HERE}1285/decision.docx")
        assert answer["Content-Type"].endswith("wordprocessingml.document")
        assert "filename*=utf-8''Beslutsunderlag%2C%20Handlingsplan%202024" in answer["Content-Disposition"]
        assert "25762,17kr" in docx_words(answer.content)
        assert "private" in answer["Cache-Control"]

    def test_it_is_set_once_for_each_content(self, client, chair, monkeypatch):
        first = client.get(f"{HERE}1280/letter.docx")
        monkeypatch.setattr("skane_digi.papers.store.rendered", lambda paper, format_: b"en gang till")
        assert client.get(f"{HERE}1280/letter.docx").content == first.content
        collaboration = chair.role_assignments.get().collaboration
        PaperText.objects.create(collaboration=collaboration, slot="contact", kind="municipality", text="<p>Ring.</p>")
        assert client.get(f"{HERE}1280/letter.docx").content == b"en gang till"


class TestThePage:
    def test_it_links_to_every_organisations_papers(self, client, chair):
        page = body(client.get(HERE))
        assert page.count("/decision.pdf?version=1") == 34
        assert page.count("/letter.docx?version=1") == 34
        assert page.count("/alla/register.pdf?version=1") == 1

    def test_its_queries_do_not_grow_with_the_organisations(self, client, chair, people, django_assert_max_num_queries):
        with django_assert_max_num_queries(20):
            client.get(HERE)

    def test_an_order_of_nothing_is_refused_in_words(self, client, chair):
        answer = client.post(f"{HERE}bestall/", {"version": "1"})
        assert answer.status_code == 422
        assert "Välj vilka handlingar som ska göras." in body(answer)
        assert "Välj minst ett filformat." in body(answer)
        assert not PaperBatch.objects.exists()


class TestTheBatch:
    @pytest.fixture
    def ordered(self, client, chair, quick_papers) -> str:
        """Order everything without making anything, and return the address of the batch."""
        answer = client.post(f"{HERE}bestall/", EVERYTHING)
        assert answer.status_code == 302
        return answer["Location"]

    def test_the_page_shows_how_far_it_has_come_and_asks_again(self, client, ordered):
        page = body(client.get(ordered))
        assert '<progress id="gjorda" max="138" value="0">0 av 138</progress>' in page
        assert f'hx-get="{ordered}lage/" hx-trigger="every 1s"' in page
        assert "Hämta alla handlingar" not in page

    def test_the_answer_to_the_page_is_the_part_alone(self, client, ordered):
        part = body(client.get(f"{ordered}lage/"))
        assert part.lstrip().startswith('<section class="papers-progress"')
        assert "hx-swap-oob" not in part

    def test_a_batch_that_nobody_works_on_is_taken_up_when_somebody_looks(self, client, ordered):
        """Long work survives a restart."""
        PaperBatch.objects.update(worked_at=timezone.now() - datetime.timedelta(seconds=31))
        part = body(client.get(f"{ordered}lage/"))
        assert PaperBatch.objects.get().papers.count() == 138
        assert "138 av 138" in part

    def test_it_stops_asking_and_gives_the_zip_when_all_are_made(
        self, client, chair, quick_papers, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            address = client.post(f"{HERE}bestall/", EVERYTHING)["Location"]
        part = body(client.get(f"{address}lage/"))
        assert "hx-get" not in part
        assert 'role="status" hx-swap-oob="true">Alla handlingar är klara.' in part
        answer = client.get(f"{address}hamta.zip")
        assert answer["Content-Type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
            assert len(archive.namelist()) == 138 + 2

    def test_the_zip_is_not_given_before_that(self, client, ordered):
        answer = client.get(f"{ordered}hamta.zip")
        assert (answer.status_code, answer["Location"]) == (302, ordered)

    def test_a_fault_is_said_with_a_way_to_try_again(self, client, ordered):
        PaperBatch.objects.update(fault="Det gick inte.")
        part = body(client.get(f"{ordered}lage/"))
        assert "Det gick inte." in part
        assert "hx-get" not in part
        assert "Gör handlingarna på nytt" in part
        assert 'name="kinds" value="letter"' in part

    def test_the_papers_page_shows_the_latest_order(self, client, ordered):
        assert "0 av 138 handlingar" in body(client.get(HERE))


class TestTheTexts:
    @pytest.fixture
    def address(self, chair) -> str:
        return reverse("papers:text", args=["skanegemensam-digitalisering", "legal", "municipality"])

    def test_all_are_listed_with_whose_words_they_are(self, client, chair, address):
        client.post(address, {"text": "<p>Vår egen.</p>", "base": "standard"})
        page = body(client.get("/samverkan/skanegemensam-digitalisering/handlingstexter/"))
        assert "Vår egen." in page
        assert page.count("Egen text") == 1
        assert page.count("Standardtext<") == 25

    def test_one_is_shown_with_its_standard_text_and_what_is_filled_in(self, client, address):
        page = body(client.get(address))
        assert "ändrar inte hur ansvaret är fördelat" in page
        assert "{kostnad}" in page
        assert "Återgå till standardtexten" not in page

    def test_one_is_saved_and_put_back(self, client, address):
        assert client.post(address, {"text": "<p>Vår egen.</p>", "base": "standard"}).status_code == 302
        page = body(client.get(address))
        assert "Återgå till standardtexten" in page
        base = page.partition('name="base" value="')[2].partition('"')[0]
        assert client.post(address, {"text": "", "base": base, "standard": "1"}).status_code == 302
        assert not PaperText.objects.exists()

    def test_an_unknown_placeholder_is_refused_and_what_was_written_stays(self, client, address):
        answer = client.post(address, {"text": "<p>Hej {kommun}.</p>", "base": "standard"})
        assert answer.status_code == 422
        assert "{kommun} går inte att fylla i." in body(answer)
        assert "Hej {kommun}." in body(answer)

    def test_two_who_write_the_same_see_both_texts(self, client, address, people):
        client.post(address, {"text": "<p>Den förstas.</p>", "base": "standard"})
        answer = client.post(address, {"text": "<p>Den andras.</p>", "base": "standard"})
        page = body(answer)
        assert answer.status_code == 409
        assert "har också ändrat här" in page
        assert "Den förstas." in page
        assert "Den andras." in page
        base = page.partition('name="base" value="')[2].partition('"')[0]
        assert client.post(address, {"text": "<p>Båda.</p>", "base": base}).status_code == 302
        assert PaperText.objects.get().text == "<p>Båda.</p>"

    @pytest.mark.parametrize("place", [("finns-inte", "region"), ("legal", "landsting")])
    def test_a_passage_that_is_not_there_answers_404(self, client, chair, place):
        assert client.get(reverse("papers:text", args=["skanegemensam-digitalisering", *place])).status_code == 404
