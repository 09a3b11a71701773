"""Public names that are resolved at first use, so that importing a package stays quick and loads no TensorFlow."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping


def resolver(
    package: str, names: Mapping[str, str], modules: Iterable[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Make what a package's `__init__` needs: `__getattr__`, `__dir__` and `__all__`.

    Args:
        package: Name of the package, `__name__` in its `__init__`.
        names: The module inside of the package that holds each public name.
        modules: Modules of the package that are public themselves.

    Returns:
        The two functions and the sorted list of names.
    """
    public = sorted([*names, *modules])

    def __getattr__(name: str):
        if name in names:
            return getattr(importlib.import_module(f"{package}.{names[name]}"), name)
        if name in public:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}; public names: {', '.join(public)}")

    def __dir__() -> list[str]:
        return public

    return __getattr__, __dir__, public
