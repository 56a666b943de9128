"""Cost rules: what they say, what they do and where they hold."""

from django.urls import path

from skane_digi.cost_rules.views import plan_rules, rules

app_name = "cost_rules"

urlpatterns = [
    path("kostnadsregler/", rules.rules, name="rules"),
    path("kostnadsregler/<slug:collaboration>/ny/", rules.new, name="new"),
    path("kostnadsregler/<slug:collaboration>/<slug:slug>/", rules.rule, name="rule"),
    path("kostnadsregler/<slug:collaboration>/<slug:slug>/andra/", rules.change, name="change"),
    path("kostnadsregler/<slug:collaboration>/<slug:slug>/ersatt/", rules.succeed, name="succeed"),
    path("kostnadsregler/<slug:collaboration>/<slug:slug>/forval/", rules.default, name="default"),
    path("kostnadsregler/<slug:collaboration>/<slug:slug>/ta-bort/", rules.delete, name="delete"),
    path("planer/<slug:slug>/kostnadsregler/", plan_rules.page, name="plan"),
    path("planer/<slug:slug>/kostnadsregler/avvikelser/ny/", plan_rules.add_use, name="add-use"),
    path("planer/<slug:slug>/kostnadsregler/avvikelser/<slug:key>/", plan_rules.change_use, name="change-use"),
    path("planer/<slug:slug>/kostnadsregler/avvikelser/<slug:key>/ta-bort/", plan_rules.delete_use, name="delete-use"),
    path("planer/<slug:slug>/kostnadsregler/<int:year>/", plan_rules.year, name="year"),
    path("planer/<slug:slug>/kostnadsregler/<int:year>/<slug:key>/", plan_rules.figures, name="figures"),
]
