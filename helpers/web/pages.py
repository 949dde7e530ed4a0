"""The pages of the web edition: nbconvert's, with mathematics as MathML and links from page to page."""

import io
import re
import textwrap
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from PIL import Image
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES
from traitlets.config import Config

from helpers.widgets._base import STYLE, joined
from helpers.widgets.predict import MATHEMATICS
from helpers.words import language, said

HERE = Path(__file__).parent
LESSON = re.compile(r"((?:\.\./)?\d\d_\w+)\.ipynb")
WITH_ITS_COMMA = re.compile(r"\(?<math(?:(?!</math>).)*</math>[,.;:?)]+", re.S)  # no line begins with one


class Renderer(IPythonRenderer):
    """Markdown to HTML. `source`: where the lessons' folder can be read, or empty."""

    source = ""

    def inline_math(self, body: str) -> str:
        return MATHEMATICS.convert_with_local_state(body, displaystyle=False)

    def block_math(self, body: str) -> str:
        return MATHEMATICS.convert_with_local_state(body, displaystyle=True)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not (LESSON.match(url) or re.match(r"\w+:|#", url)):  # another file of the course
            if not self.source:
                return text
            url = f"{self.source}/{url}"
        return super().link(text, url, title)

    def table(self, text: str) -> str:
        text = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", text)  # an empty corner heads nothing
        return f'<div class="wide"><table>\n{text}</table></div>\n'


class Exporter(HTMLExporter):
    """A lesson's page. Its pictures become files beside it."""

    source = ""  # where the lessons' folder can be read

    def markdown(self, source: str) -> str:
        renderer = Renderer(escape=False, anchor_link_text="#")
        renderer.source = self.source
        page = MarkdownWithMath(renderer=renderer).render(source)
        return WITH_ITS_COMMA.sub(r'<span class="whole">\g<0></span>', page)

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self.markdown

    def from_notebook_node(self, nb, resources=None, **kw):
        page, resources = super().from_notebook_node(nb, resources, **kw)
        page = re.sub(f'href="{LESSON.pattern}', r'href="\1.html', page)  # in outputs, too
        return page, resources


def place(code: str) -> str:
    """The folder of a language, of its lessons and of its pages: the English ones have none of their own."""
    return "" if code == "en" else f"{code}/"


def up() -> str:
    """From a page to the folder of the English ones, which has what pages of all languages share."""
    return "../" if place(language()) else ""


def exporter(repository: str = "") -> Exporter:
    """Of pages in the language spoken. `repository`: OWNER/NAME on GitHub, for links to its files."""
    made = Exporter(
        extra_template_basedirs=[str(HERE)],
        template_name="course",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        config=Config({"ExtractOutputPreprocessor": {"enabled": True}}),
    )
    folder = f"notebooks/{place(language())}".removesuffix("/")
    made.source = f"https://github.com/{repository}/blob/HEAD/{folder}" if repository else ""
    made.environment.filters["said"] = lambda words, *fields: said(" ".join(words.split()), *fields)
    made.environment.globals |= {"language": language(), "up": up()}
    made.environment.globals |= {"folder": folder, "repository": repository}
    return made


def about(name: str, notebook: NotebookNode) -> dict[str, Any]:
    """A lesson's name; title, question and minutes, from its first cell; and its first figure, PNG."""
    first = notebook.cells[0].source
    pictures = (
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    )
    return {
        "name": name,
        "title": re.findall(r"^# (.*)$", first, re.M)[0],
        "question": re.findall(r"^\*\*(.*)\*\*$", first, re.M)[0],
        "minutes": int(re.findall(r"(\d+) minut", first)[0]),
        "picture": b64decode(next(pictures)),
    }


def describe_pictures(notebook: NotebookNode) -> None:
    """Gives each picture its size, so that nothing jumps, and what is printed under it as its words."""
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = (re.findall(r"^#+ (.*)", cell.source, re.M) or [section])[-1].replace("$", "")
        under = " ".join(one.get("text", "") for one in cell.get("outputs", []))
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                width, height = Image.open(io.BytesIO(b64decode(output.data["image/png"]))).size  # its head
                words = textwrap.shorten(under, 300, placeholder=" ...") or said(f"Figure: {section}")
                output.metadata["image/png"] = {"width": width, "height": height, "alt": words}


def sections(name: str, notebook: NotebookNode) -> list[tuple[str, str, str]]:
    """What can be searched: of each section its link, its title and its words, without folds and formulas."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
    found = []
    for title, body in re.findall(r"^#+ (.*)\n((?:(?!#).*\n?)*)", text, re.M):
        anchor = re.sub(r"[*`$]", "", title).strip().replace(" ", "-")
        words = " ".join(re.sub(r"\]\([^)]*\)|[*`$\[\]|]|\\\w+", " ", body).split())
        found.append((f"{name}.html#{anchor}", title.replace("`", ""), words))
    return found


def fold_answers(notebook: NotebookNode) -> None:
    """Marks questions, whose code would tell, and the outputs that answer them, to be opened after it."""
    asked = False
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        if asked and outputs and "exercise-check" not in cell.metadata.get("tags", []):
            cell.metadata.answer = not any("text/html" in one.get("data", {}) for one in outputs)
            asked = False
        texts = [one.get("data", {}).get("text/plain", "") for one in outputs]
        cell.metadata.question = any(text.startswith("Predict(") for text in texts)
        asked = asked or "**Predict first.**" in cell.source or cell.metadata.question


def style() -> str:
    """The style sheet: the pages', the widgets', the code's in light and dark, and the font of formulas."""
    light, dark = get_style_by_name("xcode"), get_style_by_name("monokai")  # both of enough contrast
    code = [
        f".highlight .{name} {{ color: light-dark(#{light.style_for_token(token)['color'] or '000'}, "
        f"#{dark.style_for_token(token)['color'] or 'f8f8f2'}) }}"
        for token, name in STANDARD_TYPES.items()
        if name
    ]
    font = b64encode((HERE / "stix-two-math.woff").read_bytes()).decode("ascii")  # as a file: not in Firefox
    return "\n".join([(HERE / "style.css").read_text("utf-8").replace("FONT", font), STYLE, *code])


def script() -> str:
    """What every page runs."""
    return joined(HERE / "page.js")
