from django.apps import AppConfig


class SkaneDigiConfig(AppConfig):
    name = "skane_digi"
    verbose_name = "Skånegemensam digitalisering"

    def ready(self) -> None:
        from skane_digi import checks  # noqa: F401 registers itself
