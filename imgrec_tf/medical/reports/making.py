"""`make_report`: from a recogniser and a batch of images to a folder with a CSV file, an HTML file and a PDF."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.reports import cases, checks, content, printing, web

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Attributes:
        folder: Where it lies.
        csv: The table as a file, answers.csv.
        html: The report as one file, report.html.
        pdf: The report on A4, report.pdf.
        table: One row an image, as `Recognizer.predict` gives it, with the number of the image and a remark.
        card: The model card, see `model_card`.
        items: The checklist, see `checklist`.
        pages: Number of pages of the PDF.
    """

    folder: Path
    csv: Path
    html: Path
    pdf: Path
    table: pandas.DataFrame
    card: pandas.DataFrame
    items: pandas.DataFrame
    pages: int

    def __repr__(self) -> str:
        from imgrec_tf.medical.reports.items import counted

        failed = int((self.table["problem"] != "").sum())
        return (
            f"<Report in {self.folder}: {len(self.table):,} images, {failed:,} without an answer, {self.pages} pages; "
            f"checklist {counted(self.items)}>"
        )


def make_report(
    recognizer: Recognizer,
    sources: Any,
    folder: str | os.PathLike,
    *,
    evaluation: Evaluation | None = None,
    run: TrainingRun | None = None,
    statements: Mapping[int, str] | None = None,
    title: str = "Report on a batch of images",
    synthetic: bool | None = None,
    heat_maps: bool = True,
    map_class: str | None = None,
    show_names: bool = True,
    withhold_text: bool = True,
    overwrite: bool = False,
    batch_size: int = 64,
    progress: bool = False,
    date: datetime.date | None = None,
) -> Report:
    """Answer for every image, and write a report of it: answers.csv, report.html and report.pdf.

    Each image is shown beside what the recogniser was given, with a heat map of where the evidence for the answer lies.
    An image that cannot be read is a row with its reason. The model card and the checklist after CLAIM 2024 and
    TRIPOD+AI fill themselves from the recogniser, its data set's card, the evaluation and the training; what none of
    them states is shown as a gap. Nothing from the header of a DICOM file gets into the report but a warning where it
    states text in the pixels; names of files do, unless `show_names` is False. Never for clinical use, and each page
    says so.

    Pictures are kept on disk until they are written, so a batch of any size needs the memory of a few batches. The
    three files take their names when all of them are complete.

    Args:
        recognizer: Binary, multi-class or ordinal. An operating point of it must have been measured, by
            `decisions.choose_operating_point` or by `evaluation`.
        sources: As in `Recognizer.predict`: paths, folders, arrays, PIL images, a split, a list of them; DICOM too.
        folder: Where the three files go; it is made where it is missing.
        evaluation: What the recogniser was measured with, `recognizer.evaluate(dataset.test)`; None leaves gaps.
        run: The training, what `train` returned; None leaves gaps.
        statements: What people state on items of the checklist, by their number in CLAIM 2024.
        title: Of the report.
        synthetic: Whether the images were made by a program; None for what a split says of itself, else False.
        heat_maps: Whether to make heat maps.
        map_class: Class that all maps speak of; None for the answer of each image, or what it would have been.
        show_names: Show names of files; False shows numbers, in the order given, for names that tell who a patient is.
        withhold_text: Show no picture whose file states that text is part of its pixels (BurnedInAnnotation in a DICOM
            file), or whose pixels seem to hold text, which may be a name. The answer is given, and the row says why.
            False shows the picture, and the row warns.
        overwrite: Replace a report that lies in the folder.
        batch_size: Images that the model sees at once.
        progress: Show a progress bar.
        date: Of the report; None for today.

    Returns:
        The `Report`: where the files lie, and the tables in them.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If there are no images, the recogniser is multi-label, its operating point was never measured, the
            evaluation belongs to another one, or there is no such class or item.
        FileExistsError: If there is a report already, and `overwrite` is False.
        OSError: If the folder cannot be written to.
    """
    checks.check_recognizer(recognizer)
    checks.check_evaluation(recognizer, evaluation)
    checks.point_intervals(recognizer, evaluation)
    statements = checks.checked_statements(statements)
    check_whole("batch_size", batch_size, 1, 100_000)
    chosen = checks.class_index(recognizer, map_class)
    place, made = checks.writable_folder(folder, overwrite)
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".report-", ignore_cleanup_errors=True) as working:
            table, found, without_maps = cases.collect(
                recognizer,
                sources,
                Path(working),
                heat_maps=heat_maps,
                map_class=chosen,
                show_names=show_names,
                withhold_text=withhold_text,
                batch_size=batch_size,
                progress=progress,
            )
            gathered = content.gather(
                recognizer,
                found,
                evaluation=evaluation,
                run=run,
                statements=statements,
                without_maps=without_maps,
                synthetic=bool(getattr(sources, "synthetic", False) if synthetic is None else synthetic),
                title=title,
                date=date or datetime.date.today(),
            )
            return _write(table, gathered, Path(working), place)
    except BaseException:
        if made and place.is_dir() and not any(place.iterdir()):
            place.rmdir()
        raise


def _write(table: pandas.DataFrame, gathered: content.Content, working: Path, place: Path) -> Report:
    """Write the three files beside their place, and give them their names when all are complete."""
    csv, html, pdf = checks.FILES
    table.to_csv(working / csv, index=False, encoding="utf-8")
    web.write_html(gathered, working / html)
    pages = printing.write_pdf(gathered, working / pdf)
    for name in checks.FILES:
        (working / name).replace(place / name)
    return Report(place, place / csv, place / html, place / pdf, table, gathered.card, gathered.items, pages)
