"""The map of gradient estimators in lesson 13: questions, answers, and where the course shows each."""

import base64
import html
from typing import NamedTuple

from IPython.display import HTML

from helpers.course import LESSONS
from helpers.figures.style import BLUE, GREEN, INK

WIDTH, HEIGHT, TALL = 880, 788, 104  # of the map, and of each box, in pixels
COLUMNS = {
    "far left": (0, 158),
    "left": (208, 198),
    "middle": (294, 270),
    "right": (450, 208),
    "far right": (708, 170),
}  # from where, and how wide
ROWS = (0, 134, 272, 408, 544, 680)


class Box(NamedTuple):
    """A question, or the estimator at an end, and the heading that shows it."""

    words: str
    column: str
    row: int
    lesson: str
    heading: str

    @property
    def link(self) -> str:
        """Notebook and anchor, as JupyterLab and nbconvert make it: the heading with - for spaces."""
        return f"{LESSONS[int(self.lesson)]}.ipynb#{self.heading.replace(' ', '-')}"

    @property
    def place(self) -> tuple[int, int, int]:
        """Left edge, upper edge and width, in pixels."""
        left, wide = COLUMNS[self.column]
        return left, ROWS[self.row], wide


QUESTIONS = {
    "sum": Box(
        "Can you compute the expectation (a sum, a formula)?",
        "middle",
        0,
        "03",
        "4. Averaged, it is the gradient we want",
    ),
    "kind": Box(
        "Is z discrete, or has the cost no useful slope (step, black box, very wiggly)?",
        "middle",
        1,
        "08",
        "7. Where each of them is wrong",
    ),
    "scale": Box("Is z a normal vector, or location + scale × noise?", "left", 2, "03", "3. The trick"),
    "formula": Box(
        "Is there a formula z = T(noise)? (inverse CDF, flow)",
        "left",
        3,
        "13",
        "4. A flow is the trick with a longer function",
    ),
    "cdf": Box(
        "Is z made of numbers whose CDF you can compute?", "left", 4, "13", "6. A draw without a formula"
    ),
    "bias": Box(
        "Is z discrete, the cost smooth between the corners, and a bias acceptable? (all three)",
        "right",
        2,
        "12",
        "5. What lies between the corners",
    ),
    "hot": Box(
        "Must the cost see one-hots in training?", "right", 3, "12", "3. Gumbel-softmax: replace the argmax"
    ),
}
ENDS = {
    "exact": Box(
        "exact: differentiate the sum or formula",
        "far right",
        0,
        "03",
        "4. Averaged, it is the gradient we want",
    ),
    "pathwise": Box(
        "pathwise, location and scale", "far left", 2, "03", "4. Averaged, it is the gradient we want"
    ),
    "through": Box(
        "pathwise, through T", "far left", 3, "13", "5. The flow follows the bend, and thins the tails"
    ),
    "implicit": Box("implicit", "far left", 4, "13", "6. A draw without a formula"),
    "score": Box(
        "score function (several draws: leave-one-out), if the range of z does not move",
        "left",
        5,
        "08",
        "1. A gradient without a slope",
    ),
    "leave-one-out": Box(
        "score function, leave-one-out, if the range of z does not move",
        "far right",
        2,
        "08",
        "5. A baseline from the other draws",
    ),
    "straight-through": Box(
        "straight-through", "far right", 3, "12", "4. Bias against variance, on an exact answer key"
    ),
    "relaxed": Box("Gumbel-softmax", "right", 4, "12", "6. A VAE with categorical latents"),
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
    ("bias", "leave-one-out", "no"),
    ("bias", "hot", "yes"),
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
    left, top, wide = box.place
    section = f"lesson {box.lesson}, section {box.heading.split('.')[0]}"
    return (
        f'<a href="{html.escape(box.link)}" style="position: absolute; left: {left}px; top: {top}px; '
        f"width: {wide}px; height: {TALL}px; box-sizing: border-box; padding: 2px 6px; display: flex; "
        f"align-items: center; justify-content: center; text-align: center; color: {INK}; "
        f"text-decoration: none; background: {paper}; border: 2px solid {edge}; "
        f'border-radius: {corner}px"><span>{html.escape(box.words)}<br><u>{section}</u>'
        "</span></a> "
    )


def _arrow(start: Box, end: Box, answer: str) -> str:
    """From box to box: sideways between two of a row, else downwards."""
    (left0, top0, wide0), (left1, top1, wide1) = start.place, end.place
    if top0 == top1:
        x0, x1 = (left0 + wide0, left1) if left1 > left0 else (left0, left1 + wide1)
        y0 = y1 = top0 + TALL / 2
    else:
        x0, x1 = left0 + wide0 / 2, left1 + wide1 / 2
        y0, y1 = top0 + TALL, top1
    return (
        f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="{INK}" stroke-width="1.3" '
        f'marker-end="url(#tip)"/><text x="{(x0 + x1) / 2:g}" y="{(y0 + y1) / 2 + 4:g}" '
        f'text-anchor="middle" font-family="sans-serif" font-size="14" fill="{INK}" stroke="white" '
        f'stroke-width="5" paint-order="stroke">{answer}</text>'
    )
