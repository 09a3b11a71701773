"""Clean what executed cells have put out: no noise, no paths of this machine, small figures, settled progress bars."""

from __future__ import annotations

import base64
import io
import re
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

MAX_FIGURE_BYTES = 90_000
"""A figure above this size is stored with a palette of colours, and if that is not enough, smaller."""

_WIDGET = "application/vnd.jupyter.widget-view+json"
_NOISE = re.compile(
    r"^(WARNING: All log messages before absl::InitializeLog"
    r"|[IWEF]0000 00:00:"
    r"|[IWEF]\d{4} \d\d:\d\d:\d\d"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] "
    r"|To enable the following instructions:"
    r"|.*(oneDNN custom operations|cuda drivers|cuInit|cpu_feature_guard|TF-TRT|XLA service))"
)
_BAR = re.compile(r"^.*\d+%\|.*\|.*\[.*\]\s*$|^.*\d+(it|s)? \[\d\d:\d\d.*\]\s*$")


def clean(notebook: Any, folder: Path, project: Path) -> Any:
    """Clean all outputs of an executed notebook in place, and return it.

    Args:
        notebook: an nbformat notebook.
        folder: the folder that it ran in; its path becomes ".".
        project: the project's folder; paths inside become relative to it.
    """
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        kept = [_clean_output(output, folder, project) for output in _joined(cell.outputs)]
        cell.outputs = _joined([output for output in kept if output is not None])
    notebook.metadata.pop("widgets", None)
    return notebook


def without_paths(text: str, folder: Path, project: Path) -> str:
    """Replace the absolute paths of this machine: the lesson's folder, the project, the packages, the home folder."""
    pairs = [(Path(folder), "."), (Path(sysconfig.get_path("purelib")), "site-packages"), (Path(sys.prefix), ".venv")]
    pairs += [(Path(project), "."), (Path.home(), "~")]
    for path, short in pairs:
        for name in {str(path), str(path.resolve())}:
            if len(name) > 1:
                text = text.replace(name + "/", "" if short == "." else short + "/").replace(name, short)
    text = re.sub(re.escape(tempfile.gettempdir()) + r"/tmp[a-z0-9_]{8}/?", "", text)  # what tempfile.mkdtemp() makes
    return re.sub(r"/tmp/ipykernel_\d+/\d+\.py", "this cell", text)


def settle(text: str) -> str:
    """What a terminal shows in the end: after a carriage return a line begins anew, a backspace takes a sign back."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.rstrip("\r").rsplit("\r", 1)[-1]
        while "\b" in line:
            line = re.sub(r"[^\x08]?\x08", "", line, count=1)
        lines.append(line)
    return "\n".join(lines)


def small_png(data: bytes) -> bytes:
    """A PNG of at most MAX_FIGURE_BYTES where that can be had without more than halving its sides."""
    if len(data) <= MAX_FIGURE_BYTES:
        return data
    from PIL import Image

    image = Image.open(io.BytesIO(data)).convert("RGB")
    for scale in (1.0, 0.8, 0.65, 0.5):
        size = (round(image.width * scale), round(image.height * scale))
        resized = image if scale == 1.0 else image.resize(size, Image.Resampling.LANCZOS)
        stored = io.BytesIO()
        _with_palette(resized).save(stored, "PNG", optimize=True)
        if len(stored.getvalue()) <= MAX_FIGURE_BYTES:
            break
    return min(stored.getvalue(), data, key=len)


def _with_palette(image):
    """256 colours: most of them the frequent ones, the others spread, so that a thin line keeps a colour of its own."""
    from PIL import Image

    frequent = image.quantize(208, Image.Quantize.MEDIANCUT).getpalette()[: 3 * 208]
    spread = image.quantize(48, Image.Quantize.MAXCOVERAGE).getpalette()[: 3 * 48]
    palette = Image.new("P", (1, 1))
    palette.putpalette(frequent + spread)
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _joined(outputs: list[Any]) -> list[Any]:
    """Streams of the same name that follow each other become one, so that a bar in pieces can be put together."""
    joined: list[Any] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _clean_output(output: Any, folder: Path, project: Path) -> Any | None:
    if output.output_type == "stream":
        lines = settle(output.text).split("\n")
        if output.name == "stderr":
            lines = [line for line in lines if not _NOISE.match(line) and not _BAR.match(line)]
        output.text = without_paths("\n".join(lines), folder, project)
        return output if output.text.strip() else None
    if output.output_type == "error":
        output.traceback = [without_paths(line, folder, project) for line in output.traceback]
        return output
    if _WIDGET in output.data:
        return None
    for kind, value in output.data.items():
        if kind == "image/png":
            output.data[kind] = base64.b64encode(small_png(base64.b64decode(value))).decode("ascii")
        elif isinstance(value, str) and kind.startswith("text/"):
            output.data[kind] = without_paths(value, folder, project)
    return output
