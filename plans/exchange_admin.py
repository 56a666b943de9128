"""The administration's pages for import and export: a file is uploaded, its rows are previewed, and then confirmed."""

import secrets
from collections.abc import Mapping

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst

from plans import sheets
from plans.exporting import export_rows, file_name, sheet_of
from plans.import_outcome import ImportOutcome
from plans.importing import MasterDataResource, import_sheet
from plans.write_rules import RowRules

KEPT_FOR = 60 * 60
SHOWN_ROWS = 300
FORMAT, EMPTY = "filformat", "mall"


class ImportForm(forms.Form):
    file = forms.FileField(
        label="Fil",
        help_text=f"Excel (.xlsx), CSV eller JSON, högst {sheets.MAX_BYTES // 1024 // 1024} MB.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.json"}),
    )


class ExchangeAdmin:
    """Admin mixin: import and export of the model's rows, by its resource among ``resources``.

    Rows that are not ``is_importable`` only go out.
    """

    resources: Mapping[type[Model], type[MasterDataResource]] = {}
    is_importable = True
    change_list_template = "admin/master_data_list.html"

    @property
    def resource(self) -> type[MasterDataResource]:
        return self.resources[self.model]

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
        ]
        return own + super().get_urls()

    def _get_base_actions(self):
        return [*super()._get_base_actions(), self.get_action(export_selected)]

    def has_import_permission(self, request) -> bool:
        """Whether there are rows that the person may add or change; which ones is asked row by row."""
        return self.is_importable and (self.has_add_permission(request) or self.has_change_permission(request))

    def changelist_view(self, request, extra_context=None):
        context = {
            "title": capfirst(self.opts.verbose_name_plural),
            "import_url": self._address("import") if self.has_import_permission(request) else "",
            "export_url": f"{self._address('export')}?{request.GET.urlencode()}".rstrip("?"),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # Export.

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Show the choice of format, or answer with the file: the rows that the list shows, all pages of it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        wanted = request.GET.get(FORMAT)
        try:
            rows = self._listed_rows(request)
        except IncorrectLookupParameters:
            return redirect(self._address("export"))
        if wanted in sheets.FORMATS:
            return self._file(request, rows.none() if EMPTY in request.GET else rows, wanted)
        context = {
            "title": f"Exportera {self.opts.verbose_name_plural}",
            "count": rows.count(),
            "is_filtered": any(name not in (FORMAT, EMPTY) for name in request.GET),
            "filters": [(name, value) for name, values in request.GET.lists() for value in values],
            "formats": sheets.FORMATS.items(),
            "format_name": FORMAT,
        }
        return self._page(request, "admin/export_rows.html", context)

    def _listed_rows(self, request):
        whole = request.GET
        request.GET = whole.copy()
        for name in (FORMAT, EMPTY, "p", "all"):
            request.GET.pop(name, None)
        try:
            return self.get_changelist_instance(request).queryset
        finally:
            request.GET = whole

    def _file(self, request, rows, file_format: str) -> HttpResponse:
        try:
            content = export_rows(rows, resource=self.resource(), file_format=file_format)
        except sheets.FileRefused as refused:
            messages.error(request, str(refused))
            return redirect(self._address("export"))
        response = HttpResponse(content, content_type=sheets.CONTENT_TYPES[file_format])
        response["Content-Disposition"] = f'attachment; filename="{file_name(self.model, file_format)}"'
        return response

    # Import.

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file; preview its rows; import them once they are confirmed as they were shown."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._import_page(request, ImportForm())
        if token := request.POST.get("token"):
            return self._confirm(request, token)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._import_page(request, form)
        upload = form.cleaned_data["file"]
        data = upload.read(sheets.MAX_BYTES) if upload.size <= sheets.MAX_BYTES else bytes(upload.size)
        return self._preview(request, form, data, upload.name)

    def _preview(self, request, form, data: bytes, name: str) -> HttpResponse:
        try:
            outcome = self._import(request, data, name, is_dry_run=True)
        except sheets.FileRefused as refused:
            form.add_error("file", str(refused))
            return self._import_page(request, form)
        token = ""
        if outcome.is_change and not outcome.faults:
            token = secrets.token_urlsafe(24)
            cache.set(self._cache_key(request, token), (name, data), KEPT_FOR)
        return self._preview_page(request, outcome, name, token)

    def _confirm(self, request, token: str) -> HttpResponse:
        name, data = cache.get(self._cache_key(request, token)) or ("", b"")
        if not data:
            messages.error(request, "Filen är inte kvar hos oss. Välj den igen.")
            return redirect(self._address("import"))
        preview = self._import(request, data, name, is_dry_run=True)
        if preview.digest != request.POST.get("digest"):
            messages.warning(request, "Uppgifterna har ändrats sedan du granskade filen. Granska den igen.")
            return self._preview_page(request, preview, name, "" if preview.faults else token)
        outcome = self._import(request, data, name, is_dry_run=False)
        if not outcome.is_saved:
            return self._preview_page(request, outcome, name, "")
        cache.delete(self._cache_key(request, token))
        messages.success(
            request,
            f"{name} är inläst. {capfirst(outcome.counts_in_words)}.",
        )
        return redirect(self._address("changelist"))

    def _import(self, request, data: bytes, name: str, *, is_dry_run: bool) -> ImportOutcome:
        sheet = sheets.read(data, file_name=name, wanted=sheet_of(self.model))
        resource = self.resource(rules=RowRules(self, request), by=request.user, is_dry_run=is_dry_run)
        return import_sheet(sheet, resource=resource)

    def _cache_key(self, request, token: str) -> str:
        return f"import:{self.opts.label_lower}:{request.user.pk}:{token}"

    def _import_page(self, request, form) -> HttpResponse:
        context = {
            "title": f"Importera {self.opts.verbose_name_plural}",
            "form": form,
            "columns": self.resource().described(),
            "export_url": self._address("export"),
        }
        return self._page(request, "admin/import_file.html", context)

    def _preview_page(self, request, outcome: ImportOutcome, name: str, token: str) -> HttpResponse:
        rows = outcome.rows_to_show(SHOWN_ROWS)
        context = {
            "title": f"Granska {name}",
            "outcome": outcome,
            "file_name": name,
            "token": token,
            "rows": rows,
            "hidden_rows": len(outcome.rows) - len(rows),
            "import_url": self._address("import"),
        }
        return self._page(request, "admin/import_preview.html", context)

    # Both.

    def _address(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def _page(self, request, template: str, context: dict) -> HttpResponse:
        request.current_app = self.admin_site.name
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, whole)


@admin.action(description="Exportera markerade %(verbose_name_plural)s (Excel)", permissions=["view"])
def export_selected(model_admin: ExchangeAdmin, request: HttpRequest, queryset) -> HttpResponse:
    return model_admin._file(request, queryset, "xlsx")
