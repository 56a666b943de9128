"""The papers to fetch one by one, and all of them made in the background."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from plans.models import Plan
from skane_digi.models import PaperBatch
from skane_digi.papers.batches import OrderRefused, order_papers, progress_of, take_up, zip_of
from skane_digi.papers.case import case_of
from skane_digi.papers.doors import orders_door, own_door
from skane_digi.papers.forms import OrderForm
from skane_digi.papers.making import file_name, paper_of
from skane_digi.papers.pages import FOR_ALL, organisations_for, papers_page, version_to_show
from skane_digi.papers.store import stored_paper
from skane_digi.papers.tree import Format, Kind


@require_safe
@own_door
def papers(request: HttpRequest, plan: Plan) -> HttpResponse:
    number = request.GET.get("version", "")
    version = version_to_show(plan, request.user, number)
    if version is None and number:
        raise Http404
    return _show(request, plan, papers_page(plan, request.user, version))


@require_safe
@own_door
def paper(request: HttpRequest, plan: Plan, code: str, kind: str, extension: str) -> HttpResponse:
    """Answer with one paper, made from the frozen version."""
    version = version_to_show(plan, request.user, request.GET.get("version", ""))
    if version is None or kind not in list(Kind) or extension not in list(Format):
        raise Http404
    kind, format_ = Kind(kind), Format(extension)
    allowed = organisations_for(request.user, version)
    organisation = next((one for one in allowed if one.code == code), None)
    if not allowed or (organisation is None and not (kind.is_for_all and code == FOR_ALL)):
        raise Http404
    case = case_of(version)
    content = stored_paper(paper_of(case, kind, organisation), format_)
    disposition = content_disposition_header(True, file_name(case, kind, format_, organisation))
    return HttpResponse(content, content_type=format_.content_type, headers={"Content-Disposition": disposition})


@require_POST
@orders_door
def order(request: HttpRequest, plan: Plan) -> HttpResponse:
    version = version_to_show(plan, request.user, request.POST.get("version", ""))
    if version is None:
        raise Http404
    form = OrderForm(request.POST)
    if form.is_valid():
        try:
            batch = order_papers(version=version, by=request.user, **form.cleaned_data)
        except OrderRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect("papers:batch", plan.slug, batch.key)
    return _show(request, plan, papers_page(plan, request.user, version, order_form=form), status=422)


@require_safe
@orders_door
def batch(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    return _progress(request, plan, key, "papers/batch.html")


@require_safe
@orders_door
def progress(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    return _progress(request, plan, key, "papers/_progress.html", is_part=True)


@require_safe
@orders_door
def download(request: HttpRequest, plan: Plan, key: str) -> HttpResponse:
    """Answer with everything in one ZIP, as soon as it is finished."""
    ordered = _batch(plan, key)
    if ordered.finished_at is None:
        return redirect("papers:batch", plan.slug, key)
    name, chunks = zip_of(ordered)
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


def _progress(request: HttpRequest, plan: Plan, key: str, template: str, **more) -> HttpResponse:
    ordered = _batch(plan, key)
    take_up(ordered)
    context = {"plan": plan, "version": ordered.version, "progress": progress_of(ordered), **more}
    return render(request, template, context)


def _batch(plan: Plan, key: str) -> PaperBatch:
    batches = PaperBatch.objects.select_related("version").defer("version__content", "version__allocation")
    return get_object_or_404(batches.defer("version__pdf"), key=key, version__plan=plan)


def _show(request: HttpRequest, plan: Plan, page, *, status: int = 200) -> HttpResponse:
    return render(request, "papers/papers.html", {"plan": plan, "page": page}, status=status)
