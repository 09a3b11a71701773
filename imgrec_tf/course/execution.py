"""Execute a lesson in a fresh kernel of this very Python, offline, and compare it with what its front matter says."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imgrec_tf.course import headlines, notebooks, outputs
from imgrec_tf.course.lessons import Lesson

_USAGE = "application/vnd.imgrec.usage+json"
# What TensorFlow, OpenMP's libraries and joblib read; one that is set already is kept.
_CORES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
_PEAK_MEMORY = f"""
def _peak_memory_mb():
    import re, sys
    from pathlib import Path
    try:  # of this process alone: ru_maxrss also counts the parent's memory at the time of the fork
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1)) * 1024 / 1e6
    except (OSError, AttributeError):
        pass
    try:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    except ImportError:
        import psutil
        return psutil.Process().memory_info().peak_wset / 1e6

from IPython.display import display as _display
_display({{"text/plain": "", "{_USAGE}": {{"memory_mb": _peak_memory_mb()}}}}, raw=True)
"""


@dataclass
class Result:
    """One executed lesson.

    Attributes:
        lesson: what ran.
        changed: parameters that differ from the lesson's own.
        notebook: the executed notebook, cleaned; it ends early where a cell failed.
        headline: name, value, low, high as the lesson recorded them, or None.
        minutes: wall time of all cells, loading of TensorFlow included.
        memory_mb: peak resident set of the kernel, in 10^6 bytes; 0 where it was not reached.
        error: lesson, cell and last lines of the traceback where a cell failed, else None.
        problems: promises of the front matter that were not kept, in words.
        page: the rendered HTML, where one was written.
    """

    lesson: Lesson
    changed: dict[str, Any]
    notebook: Any
    headline: dict[str, Any] | None = None
    minutes: float = 0.0
    memory_mb: float = 0.0
    error: str | None = None
    problems: list[str] = field(default_factory=list)
    page: Path | None = None

    @property
    def passed(self) -> bool:
        """Whether every cell ran and every promise that applies was kept."""
        return self.error is None and not self.problems


def run(
    lesson: Lesson,
    changed: dict[str, Any] | None = None,
    *,
    project: Path,
    network: bool = False,
    time_factor: float = 1.0,
    cores: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Execute a lesson with its solutions.

    Args:
        lesson: what to run.
        changed: parameters to set, by name; they go into a cell right after the lesson's own parameters.
        project: folder that holds `imgrec_tf/` and `notebooks/`.
        network: leave the network on, for a data set that has to be downloaded.
        time_factor: how much slower than two CPU cores of today this machine may be.
        cores: how many cores the lesson may keep busy, for lessons that run side by side; None leaves all to it.
        progress: called after each cell with the number of cells done and of all cells.

    Returns:
        What was measured; a failing cell is reported in it, not raised.
    """
    import nbclient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    changed = dict(changed or {})
    notebook = notebooks.solution_notebook(lesson)
    _inject(notebook, changed, network)
    total = len(notebook.cells)
    result = Result(lesson, changed, notebook)
    with tempfile.TemporaryDirectory(prefix="imgrec-lesson-", ignore_cleanup_errors=True) as home:
        folder = Path(home).resolve() / "lesson"
        folder.mkdir()
        client = nbclient.NotebookClient(
            notebook,
            timeout=int(max(300, 180 * lesson.minutes) * time_factor),
            kernel_manager_class=_kernel_manager(Path(home) / "kernel"),
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            store_widget_state=False,
            on_cell_complete=(lambda cell, cell_index: progress(cell_index + 1, total)) if progress else None,
        )
        log = Path(home) / "kernel.log"  # what the kernel's own process says, kept out of the terminal
        start = time.monotonic()
        try:
            with log.open("wb") as file:
                client.execute(env=_environment(cores), stdout=file, stderr=file)
        except CellExecutionError:
            result.error = _describe(lesson, notebook)
        except CellTimeoutError as error:
            result.error = f"lesson {lesson.heading}: {str(error).splitlines()[0]}"
        except DeadKernelError:
            said = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            result.error = f"lesson {lesson.heading}: the kernel died, as a rule for want of memory\n{said}".rstrip()
        result.minutes = (time.monotonic() - start) / 60
        if result.error:
            result.error = outputs.without_paths(result.error, folder, project)
        result.memory_mb = _memory(notebook)
        _remove_injected(notebook)
        outputs.clean(notebook, folder, project)
    result.headline = headlines.find(notebook)
    if not result.error:
        result.problems = _broken_promises(result, time_factor)
    return result


def _kernel_manager(sockets: Path) -> type:
    """A manager that starts the kernel with the Python that runs this file, whatever kernels are installed elsewhere.

    It talks to the kernel through socket files with this prefix where the system has them, and opens no port then.
    """
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import default

    files = sys.platform != "win32" and len(str(sockets)) < 95  # a socket's path has to be short

    class ThisInterpreter(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="Python 3", language="python")

        @default("transport")
        def _transport_default(self) -> str:
            return "ipc" if files else "tcp"

        @default("ip")
        def _ip_default(self) -> str:
            return str(sockets) if files else "127.0.0.1"

    return ThisInterpreter


def _environment(cores: int | None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if cores:  # side by side, threads and processes beyond the cores get into each other's way
        environment = dict.fromkeys(_CORES, str(cores)) | environment
    library = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [library, os.environ.get("PYTHONPATH")]))
    if environment.get("IMGREC_DATA"):
        environment["IMGREC_DATA"] = str(Path(environment["IMGREC_DATA"]).resolve())
    return environment


def _inject(notebook: Any, changed: dict[str, Any], network: bool) -> None:
    from nbformat import v4

    if changed:
        at = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
        lines = ["# Set for this run"] + [f"{name} = {value!r}" for name, value in changed.items()]
        cell = v4.new_code_cell("\n".join(lines), id="injected-parameters", metadata={"tags": ["injected-parameters"]})
        notebook.cells.insert(at + 1, cell)
    off = "" if network else "from imgrec_tf.course import offline as _offline\n_offline.switch_off()"
    notebook.cells.insert(0, v4.new_code_cell(off, id="injected-first", metadata={"tags": ["injected"]}))
    notebook.cells.append(v4.new_code_cell(_PEAK_MEMORY, id="injected-last", metadata={"tags": ["injected"]}))


def _remove_injected(notebook: Any) -> None:
    notebook.cells = [cell for cell in notebook.cells if "injected" not in cell.metadata.get("tags", ())]
    count = 0
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.execution_count is not None:
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count


def _memory(notebook: Any) -> float:
    for output in notebook.cells[-1].get("outputs", ()):
        if _USAGE in output.get("data", {}):
            return float(output.data[_USAGE]["memory_mb"])
    return 0.0


def _describe(lesson: Lesson, notebook: Any) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                lines = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback)).splitlines()[-8:]
                last = lines or [f"{output.ename}: {output.evalue}"]
                first = next((line for line in cell.source.splitlines() if line.strip()), "")
                return "\n".join([f"lesson {lesson.heading}, cell {cell.id}, which begins with: {first}", *last])
    return f"lesson {lesson.heading}: a cell failed and left no traceback"


def _broken_promises(result: Result, time_factor: float) -> list[str]:
    lesson, problems = result.lesson, []
    band = lesson.band_for(result.changed)
    if result.headline is None:
        problems.append(f"it recorded no headline; call ir.course.headline({lesson.metric!r}, …) once")
    elif result.headline["name"] != lesson.metric:
        problems.append(f"its headline is {result.headline['name']!r}, its front matter says {lesson.metric!r}")
    elif band and not band[0] <= result.headline["value"] <= band[1]:
        problems.append(
            f"{lesson.metric} is {result.headline['value']:.4g}, outside of its band {band[0]:g} to {band[1]:g}"
        )
    if not result.changed and result.minutes > lesson.minutes * time_factor:
        problems.append(f"it took {result.minutes:.1f} minutes, and its front matter says {lesson.minutes:g}")
    if not result.changed and result.memory_mb > lesson.memory_mb:
        problems.append(f"it used {result.memory_mb:.0f} MB, and its front matter says {lesson.memory_mb}")
    return problems
