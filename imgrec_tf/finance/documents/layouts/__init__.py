"""The layouts, one file a kind of document."""

__all__: list[str] = []
