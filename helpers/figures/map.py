"""The map of gradient estimators in lesson 13: questions, answers, and where the course shows each."""

import base64
import html
from typing import NamedTuple

from IPython.display import HTML

from helpers.course import LESSONS
from helpers.figures.style import BLUE, GREEN, INK

WIDTH, HEIGHT, TALL = 880, 656, 96  # of the map, and of a box, in pixels
WIDE, STEP = 152, 182  # of a box, and from the left edge of one to that of the next
COLUMNS = {name: i * STEP for i, name in enumerate(("far left", "left", "middle", "right", "far right"))}
ROWS = (0, 140, 280, 420, 560)


class Box(NamedTuple):
    """A question, or the estimator at an end, and the heading that shows it: of a section, or of a lesson."""

    words: str
    column: str
    row: int
    lesson: str
    heading: str
    rows: int = 1

    @property
    def link(self) -> str:
        """Notebook and anchor, as JupyterLab and nbconvert make it: the heading with - for spaces."""
        return f"{LESSONS[int(self.lesson)]}.ipynb#{self.heading.replace(' ', '-')}"

    @property
    def shown(self) -> str:
        """Where, in words."""
        return f"lesson {self.lesson}, section {self.heading[0]}"

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Left edge, upper edge, width and height, in pixels."""
        top = ROWS[self.row]
        return COLUMNS[self.column], top, WIDE, ROWS[self.row + self.rows - 1] + TALL - top


FLOW, MAP = "3. The blob becomes the arch", "4. The map"
NO_SLOPE, BASELINE = "1. A gradient without a slope", "3. A baseline from the other draws"
SOFT, HARD = "2. Gumbel-softmax: soften the choice", "3. Straight-through: hard forward, soft backward"
TOKENS = "4. An image as tokens"
AVERAGED = "4. Averaged, it is the gradient we want"
QUESTIONS = {
    "sum": Box("Can you compute the expectation, and its slope?", "middle", 0, "03", AVERAGED),
    "kind": Box("Is z discrete, or the cost without a useful slope?", "middle", 1, "08", NO_SLOPE),
    "scale": Box("Is z location + scale × noise?", "left", 1, "03", "3. The trick"),
    "formula": Box("Is there another formula, z = T(noise)?", "left", 2, "13", FLOW),
    "cdf": Box("Is z made of numbers whose CDFs you can compute?", "left", 3, "13", MAP),
    "bias": Box("Has the cost a slope, and may the gradient be biased?", "right", 1, "12", HARD),
    "nearest": Box("Is z the nearest entry of a codebook?", "right", 2, "12", TOKENS),
    "hot": Box("Must the cost see real categories in training?", "right", 3, "12", HARD),
}
ENDS = {
    "exact": Box("exact: differentiate the sum or formula", "far right", 0, "03", AVERAGED),
    "pathwise": Box("pathwise, location and scale", "far left", 1, "03", "3. The trick"),
    "through": Box("pathwise, through T", "far left", 2, "13", FLOW),
    "implicit": Box("pathwise, implicit", "far left", 3, "13", MAP),
    "score": Box(
        "score function, if the range of z does not move; with several draws, leave-one-out",
        "middle",
        2,
        "08",
        BASELINE,
        rows=2,
    ),
    "vector": Box("vector quantization (VQ): straight-through", "far right", 2, "12", TOKENS),
    "straight-through": Box("straight-through", "far right", 3, "12", HARD),
    "relaxed": Box("Gumbel-softmax", "right", 4, "12", SOFT),
}
ARROWS = [
    ("sum", "exact", "yes"),
    ("sum", "kind", "no"),
    ("kind", "scale", "no"),
    ("kind", "bias", "yes"),
    ("scale", "pathwise", "yes"),
    ("scale", "formula", "no"),
    ("formula", "through", "yes"),
    ("formula", "cdf", "no"),
    ("cdf", "implicit", "yes"),
    ("cdf", "score", "no"),
    ("bias", "score", "no"),
    ("bias", "nearest", "yes"),
    ("nearest", "vector", "yes"),
    ("nearest", "hot", "no"),
    ("hot", "straight-through", "yes"),
    ("hot", "relaxed", "no"),
]


def estimator_map() -> HTML:
    """The map. Every box is a link, in Jupyter and on an exported page.

    The boxes are HTML: in an SVG, which Jupyter and nbconvert show as an image, nothing can be clicked. The
    arrows are an image in the text, which Jupyter also shows in a notebook that it does not trust.
    """
    boxes = QUESTIONS | ENDS
    arrows = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><defs>'
        '<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{INK}"/></marker></defs>'
        + "".join(_arrow(boxes[start], boxes[end], answer) for start, end, answer in ARROWS)
        + "</svg>"
    )
    image = base64.b64encode(arrows.encode()).decode()
    links = "".join(_link(box, name in QUESTIONS) for name, box in boxes.items())
    return HTML(
        f'<div style="overflow-x: auto"><div style="position: relative; width: {WIDTH}px; '
        f'height: {HEIGHT}px; background: white; color: {INK}; font: 14px/1.25 sans-serif">'
        f'<img alt="arrows from box to box" src="data:image/svg+xml;base64,{image}" '
        f'style="position: absolute; left: 0; top: 0; max-width: none">{links}</div></div>'
    )


def _link(box: Box, question: bool) -> str:
    edge, paper, corner = (BLUE, "white", 12) if question else (GREEN, "#DDF3EA", 0)
    left, top, wide, high = box.place
    return (
        f'<a href="{html.escape(box.link)}" style="position: absolute; left: {left}px; top: {top}px; '
        f"width: {wide}px; height: {high}px; box-sizing: border-box; padding: 2px 6px; display: flex; "
        f"align-items: center; justify-content: center; text-align: center; color: {INK}; "
        f"text-decoration: none; background: {paper}; border: 2px solid {edge}; "
        f'border-radius: {corner}px"><span>{html.escape(box.words)}<br><u>{box.shown}</u>'
        "</span></a> "
    )


def ends_of(start: Box, end: Box) -> tuple[float, float, float, float]:
    """Of an arrow, x and y where it starts and where it ends.

    In a column downwards; in a row sideways; else from the lower corner to the upper edge.
    """
    (left0, top0, wide0, high0), (left1, top1, wide1, high1) = start.place, end.place
    toward = 1 if left1 > left0 else 0
    if left0 == left1:
        return left0 + wide0 / 2, top0 + high0, left1 + wide1 / 2, top1
    if top1 <= top0 < top1 + high1:
        y = top0 + high0 / 2
        return left0 + toward * wide0, y, left1 + (1 - toward) * wide1, y
    inset = 16
    return (
        left0 + (wide0 - inset if toward else inset),
        top0 + high0,
        left1 + (inset if toward else wide1 - inset),
        top1,
    )


def _arrow(start: Box, end: Box, answer: str) -> str:
    x0, y0, x1, y1 = ends_of(start, end)
    lift = 8 if y0 == y1 else -4  # above the arrow, or on it
    return (
        f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="{INK}" stroke-width="1.3" '
        f'marker-end="url(#tip)"/><text x="{(x0 + x1) / 2:g}" y="{(y0 + y1) / 2 - lift:g}" '
        f'text-anchor="middle" font-family="sans-serif" font-size="14" fill="{INK}" stroke="white" '
        f'stroke-width="5" paint-order="stroke">{answer}</text>'
    )
