"""Writes the course as pages that need no kernel and no network.

    python -m helpers.web FOLDER

FOLDER gets an index.html. It is replaced if it holds a web edition already; an interrupted or failed build
leaves it as it was.
"""

import argparse
import asyncio
import copy
import io
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from PIL import Image
from tqdm import tqdm

from helpers.course import PARTS
from helpers.web import pages
from helpers.words import language, languages, said, speak

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
AT_ONCE = 2  # lessons that run at the same time
MARK = '<meta name="generator" content="helpers.web">'


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.web",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--repository",
        default="",
        metavar="OWNER/NAME",
        help="the course on GitHub, for links to Binder and to its files",
    )
    given = parser.parse_args()
    try:
        build(given.folder, repository=given.repository)
    except FileExistsError as error:
        parser.error(str(error))


def build(folder: Path, notebooks: Path = NOTEBOOKS, *, repository: str = "") -> None:
    """Writes the web edition of `notebooks` into `folder`, all of it or nothing.

    Raises FileExistsError for a folder that holds something else.
    """
    folder = folder.resolve()
    if folder.exists() and not _may_be_replaced(folder):
        raise FileExistsError(f"{folder} holds something that is no web edition: name a new or empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        new, old = Path(work, "new"), Path(work, "old")
        new.mkdir()
        write(new, notebooks, repository)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            old.rename(folder)
            raise


def _may_be_replaced(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    index = folder / "index.html"
    return not any(folder.iterdir()) or (index.is_file() and MARK in index.read_text("utf-8"))


def write(folder: Path, notebooks: Path, repository: str) -> None:
    """English pages in `folder`, those of another language in a folder there; what they share, once."""
    found = {code: sorted(notebooks.glob(f"{pages.place(code)}*.ipynb")) for code in languages()}
    lessons = {code: paths for code, paths in found.items() if paths}
    with tempfile.TemporaryDirectory() as cache:
        try:
            for code, paths in lessons.items():
                speak(code)
                own = folder / pages.place(code)
                own.mkdir(exist_ok=True)
                write_pages(own, paths, repository, lessons, cache)
        finally:
            speak("en")
    for name, content in {"style.css": pages.style(), "page.js": pages.script()}.items():
        (folder / name).write_text(content, encoding="utf-8")


def others(page: str, lessons: dict[str, list[Path]]) -> list[tuple[str, str, str]]:
    """The other languages that have a page: the code and the name of each, and where the page is."""
    names = languages()
    return [
        (code, names[code], f"{pages.up()}{pages.place(code)}{page}.html")
        for code, paths in lessons.items()
        if code != language() and page in ["index", *(path.stem for path in paths)]
    ]


def write_pages(folder: Path, paths: list[Path], repository: str, everywhere: dict, cache: str) -> None:
    """Writes the pages of the lessons at `paths`, in the language spoken, and their map."""
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    asyncio.run(run_all(notebooks, paths[0].parent, folder, cache))
    lessons = [pages.about(name, notebook) for name, notebook in notebooks.items()]
    exporter = pages.exporter(repository)
    for i, (lesson, notebook) in enumerate(zip(lessons, notebooks.values(), strict=True)):
        with Image.open(io.BytesIO(lesson["picture"])) as picture:
            picture.thumbnail((520, 300))
            picture.convert("RGB").save(folder / lesson["name"] / "map.webp", quality=80)
            lesson["size"] = picture.size
        pages.describe_pictures(notebook)
        pages.fold_answers(notebook)
        page, resources = exporter.from_notebook_node(
            notebook,
            {
                "unique_key": "output",
                "output_files_dir": lesson["name"],
                "lesson": lesson,
                "others": others(lesson["name"], everywhere),
                "before": lessons[i - 1] if i else None,
                "after": [*lessons, None][i + 1],
            },
        )
        for name, content in resources["outputs"].items():
            (folder / name).write_bytes(content)
        (folder / f"{lesson['name']}.html").write_text(page, encoding="utf-8")
    written = {lesson["name"]: lesson for lesson in lessons}
    parts = [
        (said(part), [written[name] for name in names if name in written])
        for part, names in PARTS.items()
        if not written.keys().isdisjoint(names)
    ]
    index = exporter.environment.get_template("map.html.j2").render(
        parts=parts, others=others("index", everywhere)
    )
    words = [section for name, notebook in notebooks.items() for section in pages.sections(name, notebook)]
    search = f"const sections = {json.dumps(words)};\n" + (pages.HERE / "search.js").read_text("utf-8")
    for name, content in {"index.html": index, "search.js": search}.items():
        (folder / name).write_text(content, encoding="utf-8")


async def run_all(notebooks: dict, home: Path, folder: Path, cache: str) -> None:
    """Runs the lessons, for their widgets. The other outputs stay as saved: the tests compare those."""
    turn = asyncio.Semaphore(AT_ONCE)
    parts = {name: up_to_the_last_widget(notebook) for name, notebook in notebooks.items()}
    cells = sum(1 + sum(cell.cell_type == "code" for cell in part.cells) for part in parts.values())
    with tqdm(total=cells, unit="cell", desc=f"web edition, {language()}") as bar:
        env = os.environ | {"VAE_COURSE_CACHE": cache, "OMP_NUM_THREADS": "1"}
        await asyncio.gather(
            *(run(name, notebooks[name], live, home, folder, env, turn, bar) for name, live in parts.items())
        )


def shown(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """What a cell shows beside text: its outputs by MIME type."""
    return [output.data for output in cell.get("outputs", []) if "data" in output]


def up_to_the_last_widget(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The part of a lesson that has to run: up to the last saved output that is more than a figure."""
    more = [
        i
        for i, cell in enumerate(notebook.cells)
        if any(not data.get("text/plain", "").startswith("<Figure") for data in shown(cell))
    ]
    part = copy.deepcopy(notebook)
    del part.cells[max(more, default=0) + 1 :]
    return part


async def run(name, notebook, live, home, folder, env, turn, bar) -> None:
    """Runs `live`, a lesson's first part, from a fresh kernel; its widgets replace their saved pictures."""
    live.cells.insert(
        0,
        new_code_cell(
            "from helpers.web.live import Page\n"
            f"Page({str(folder)!r}, {name!r}, {pages.up()!r}).take_over()\ndel Page"
        ),
    )
    client = NotebookClient(
        live,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(home)}},
        on_cell_executed=lambda **_: bar.update(),
    )
    async with turn:
        await client.async_execute(env=env)
    for saved, ran in zip(notebook.cells[: len(live.cells) - 1], live.cells[1:], strict=True):
        kept, made = shown(saved), shown(ran)
        if len(made) != len(kept):
            raise RuntimeError(f"{name}, {saved.id}: the saved outputs are not those of its code: save it")
        for data, now in zip(kept, made, strict=True):
            if "text/html" in now:
                data["text/html"] = now["text/html"]


if __name__ == "__main__":
    sys.exit(main())
