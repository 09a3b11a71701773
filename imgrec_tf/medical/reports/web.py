"""The HTML form: one file, pictures inside, that opens without a network and prints on A4."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.medical.reports.card import NOT_STATED
from imgrec_tf.medical.reports.items import counted

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.medical.reports.cases import Case
    from imgrec_tf.medical.reports.content import Content

_STYLE = """
body { font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #222; background: #fff;
       margin: 0; }
main { max-width: 1080px; margin: 0 auto; padding: 0 24px 48px; }
.page > thead { position: sticky; top: 0; z-index: 1; } .page > * > tr > td { padding: 0; border: 0; }
.page > thead > tr > td { background: #B34700; color: #fff; font-weight: 600; padding: 8px 24px; }
h1 { font-size: 26px; margin: 24px 0 4px; } h2 { font-size: 19px; margin: 36px 0 8px; }
.quiet { color: #555; } .gap { color: #8a3c00; font-style: italic; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #555; padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid #ddd; }
.facts td { min-width: 150px; } .facts td:last-child { width: 75%; }
.items td:nth-child(3) { min-width: 190px; } .items td:nth-child(4) { white-space: nowrap; }
.summary { width: auto; } .summary td { text-align: right; font-variant-numeric: tabular-nums; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
.case { border: 1px solid #ccc; border-radius: 4px; padding: 8px; break-inside: avoid; overflow-wrap: anywhere; }
.case img { width: 100%; display: block; background: #fff; }
.case p { margin: 6px 0 0; } .case .remark, .empty { color: #8a3c00; }
.empty { border: 1px dashed #bbb; padding: 24px 12px; text-align: center; }
figure { margin: 16px 0; break-inside: avoid; } figure img { max-width: 100%; } figcaption { color: #555; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; align-items: start; }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  .page > thead > tr > td { background: none; color: #a33f00; padding: 0 0 4mm; font-size: 9pt; }
  .cases { grid-template-columns: repeat(2, 1fr); } .figures { grid-template-columns: repeat(2, 1fr); }
  h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; }
  .case img { print-color-adjust: exact; }
}
"""


def write_html(content: Content, path: Path) -> None:
    """Write the report; pictures are read one by one, so that a report of any length needs little memory."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_parts(content))


def _parts(content: Content) -> Iterator[str]:
    text = html.escape
    yield (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(content.title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style></head>\n'
        f'<body><table class="page"><thead><tr><td role="note">{text(content.notice)}</td></tr></thead>\n'
        "<tbody><tr><td><main>\n"
        f'<h1>{text(content.title)}</h1><p class="quiet">{text(content.date)}</p>\n<p>{text(content.point)}</p>\n'
    )
    rows = "".join(f"<tr><th>{text(name)}</th><td>{text(value)}</td></tr>" for name, value in content.summary.items())
    yield f'<table class="summary"><tbody>{rows}</tbody></table>\n'
    if content.unanswered:
        yield "<h2>Images without an answer</h2>\n" + _table(
            ("number", "image", "reason"),
            ((str(case.number), text(case.name), text(case.remark)) for case in content.unanswered),
        )
    yield (
        "<h2>What this report cannot tell</h2><ul>"
        + "".join(f"<li>{text(one)}</li>" for one in content.limits)
        + "</ul>\n"
    )
    yield f'<h2>Images</h2><p class="quiet">{text(content.legend)}</p>\n<div class="cases">\n'
    for case in content.cases:
        yield _case(case)
    yield "</div>\n<h2>Model card</h2>\n" + _table(("part", "fact", "value"), _card_rows(content.card), "facts")
    if content.figures:
        yield '<h2>Measured</h2><div class="figures">\n'
        for figure in content.figures:
            caption = text(figure.caption)
            yield f"<figure>{_image(figure.png, 'png', caption)}<figcaption>{caption}</figcaption></figure>\n"
        yield "</div>\n"
    yield f"<h2>Checklist after CLAIM 2024 and TRIPOD+AI</h2><p>{text(counted(content.items))}</p>\n"
    yield _table(("CLAIM", "TRIPOD+AI", "item", "state", "what is stated"), _item_rows(content.items), "items")
    yield "</main></td></tr></tbody></table></body></html>\n"


def _case(case: Case) -> str:
    text = html.escape
    if case.picture is None:
        picture = f'<div class="empty">{text(case.remark)}</div>'
    else:
        picture = _image(case.picture.read_bytes(), "jpeg", f"image {case.number} and what the recogniser was given")
    lines = [
        f"<p>{case.number} · {text(case.name)}</p>",
        f"<p><strong>{text(case.answer)}</strong>{text(scores(case))}</p>",
    ]
    if case.explained:
        lines.append(f'<p class="quiet">map: evidence for “{text(case.explained)}”</p>')
    if case.remark and case.picture is not None:
        lines.append(f'<p class="remark">{text(case.remark)}</p>')
    return f'<div class="case">{picture}{"".join(lines)}</div>\n'


def scores(case: Case) -> str:
    """Return what follows an answer: its score, or "" where there is none."""
    return "" if case.answer == "no answer" else f", score {case.score:.3f}"


def _image(content: bytes, kind: str, text: str) -> str:
    return f'<img alt="{text}" src="data:image/{kind};base64,{base64.b64encode(content).decode("ascii")}">'


def _table(names: tuple[str, ...], rows, kind: str = "") -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>\n'


def _card_rows(card: pandas.DataFrame) -> Iterator[tuple[str, ...]]:
    before = None
    for row in card.itertuples(index=False):
        yield (f"<strong>{row.part}</strong>" if row.part != before else ""), html.escape(row.fact), _told(row.value)
        before = row.part


def _item_rows(items: pandas.DataFrame) -> Iterator[tuple[str, ...]]:
    for row in items.itertuples(index=False):
        yield str(row.claim), row.tripod, html.escape(row.item), row.state, _told(row.value or NOT_STATED)


def _told(value: str) -> str:
    return f'<span class="gap">{value}</span>' if value == NOT_STATED else html.escape(value)
