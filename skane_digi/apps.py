from django.apps import AppConfig


class SkaneDigiConfig(AppConfig):
    name = "skane_digi"
    verbose_name = "Skånegemensam digitalisering"
