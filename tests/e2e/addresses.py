"""Every kind of public page."""

PAGES = (
    "/",
    "/planer/",
    "/planer/2024/",
    "/planer/2022-2023/",
    "/planer/2024/omraden/avvikelsehantering/",
    "/planer/2024/budget/",
    "/planer/2022-2023/budget/",
    "/planer/2024/kostnader/2024/",
    "/planer/2022-2023/kostnader/2022/",
    "/planer/2024/karta/2024/",
    "/planer/2024/karta/2024/?visa=invanare",
    "/planer/2024/jamforelse/",
    "/planer/2024/jamforelse/?visa=allt",
    "/organisationer/",
    "/organisationer/eslov/",
    "/sok/?q=samtycke",
    "/sok/?q=finnsinte",
    "/tillganglighet/",
)
