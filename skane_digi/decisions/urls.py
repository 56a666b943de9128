"""The way to a decision: the steps of a plan, the register of decisions and the forms to record one."""

from django.urls import path

from skane_digi.decisions.views import board, recording, steps

app_name = "decisions"

urlpatterns = [
    path("planer/<slug:slug>/beslut/", board.board, name="board"),
    path("planer/<slug:slug>/beslut/lista.<slug:file_format>", board.export, name="export"),
    path("planer/<slug:slug>/beslut/utdrag/<slug:key>/", recording.extract, name="extract"),
    path("planer/<slug:slug>/beslut/villkor/<slug:key>/", recording.find_condition, name="find-condition"),
    path("planer/<slug:slug>/beslut/<slug:code>/", board.organisation, name="organisation"),
    path("planer/<slug:slug>/beslut/<slug:code>/registrera/", recording.record, name="record"),
    path("planer/<slug:slug>/beslutsvag/", steps.steps, name="steps"),
    path("planer/<slug:slug>/beslutsvag/<slug:kind>/", steps.step, name="step"),
]
