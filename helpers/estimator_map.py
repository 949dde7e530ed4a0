"""The map of gradient estimators at the end of lesson 12: questions, answers, and where the course shows each."""

import html
from typing import NamedTuple

from IPython.display import HTML

from helpers.figures import BLUE, GREEN, INK

WIDTH, HEIGHT, TALL = 980, 624, 74  # of the map, and of each box, in pixels
LESSONS = {
    "02": "02_the_sampling_step_has_no_gradient", "03": "03_the_reparameterization_trick",
    "07": "07_two_gradient_estimators", "11": "11_a_category_in_the_middle", "12": "12_beyond_the_bell_curve",
}


class Box(NamedTuple):
    """A question, or the estimator at an end, and the heading that shows it."""

    words: str
    left: int
    top: int
    wide: int
    lesson: str
    heading: str

    @property
    def link(self) -> str:
        """Notebook and anchor, as JupyterLab and nbconvert make it: the heading with - for spaces."""
        return f"{LESSONS[self.lesson]}.ipynb#{self.heading.replace(' ', '-')}"


QUESTIONS = {
    "sum": Box("Can you compute the expectation (a sum, a formula)?", 355, 4, 250,
               "02", "6. The expectation has a derivative"),
    "kind": Box("Is z discrete, or has the cost no useful slope (step, black box, very wiggly)?", 355, 110, 250,
                "07", "7. Where each of them is wrong"),
    "scale": Box("Is z a normal vector, or location + scale × noise?", 220, 222, 230,
                 "03", "1. The same distribution, drawn in another way"),
    "map": Box("Is there a formula z = T(noise)? (inverse CDF, flow)", 220, 328, 230,
               "12", "4. A flow is the trick with a longer function"),
    "cdf": Box("Is z made of numbers whose CDF you can compute?", 220, 434, 230,
               "12", "6. A draw without a formula"),
    "bias": Box("Is z discrete, the cost smooth between the corners, and a bias acceptable? (all three)", 510, 222,
                230, "11", "5. What lies between the corners"),
    "hot": Box("Must the cost see one-hots in training?", 510, 328, 230,
               "11", "3. Gumbel-softmax: replace the argmax"),
}
ENDS = {
    "exact": Box("exact: differentiate the sum or the formula", 800, 4, 176,
                 "02", "6. The expectation has a derivative"),
    "pathwise": Box("pathwise, location and scale", 4, 222, 156,
                    "03", "6. Averaged, it is the gradient we want"),
    "through": Box("pathwise, through T", 4, 328, 156,
                   "12", "5. The flow follows the bend, and cuts the tails"),
    "implicit": Box("implicit", 4, 434, 156, "12", "6. A draw without a formula"),
    "score": Box("score function, if the range of z does not move", 220, 540, 230,
                 "07", "1. A gradient without a slope"),
    "leave-one-out": Box("score function with leave-one-out, if the range of z does not move", 800, 222, 176,
                         "07", "5. A baseline from the other draws"),
    "straight-through": Box("straight-through", 800, 328, 176,
                            "11", "4. Bias against variance, on an exact answer key"),
    "relaxed": Box("Gumbel-softmax", 510, 434, 230, "11", "6. A VAE with categorical latents"),
}
ARROWS = [
    ("sum", "exact", "yes"), ("sum", "kind", "no"), ("kind", "scale", "no"), ("kind", "bias", "yes"),
    ("scale", "pathwise", "yes"), ("scale", "map", "no"), ("map", "through", "yes"), ("map", "cdf", "no"),
    ("cdf", "implicit", "yes"), ("cdf", "score", "no"), ("bias", "leave-one-out", "no"), ("bias", "hot", "yes"),
    ("hot", "straight-through", "yes"), ("hot", "relaxed", "no"),
]


def estimator_map() -> HTML:
    """The map. Every box is a link, in Jupyter and on an exported page.

    HTML, because Jupyter and nbconvert show an SVG as an image, in which nothing can be clicked; only the
    arrows are SVG.
    """
    boxes = QUESTIONS | ENDS
    arrows = "".join(_arrow(boxes[start], boxes[end], answer) for start, end, answer in ARROWS)
    drawn = "".join(_link(box, name in QUESTIONS) for name, box in boxes.items())
    return HTML(
        f'<div style="overflow-x: auto"><div style="position: relative; width: {WIDTH}px; height: {HEIGHT}px; '
        f'background: white; color: {INK}; font: 14px/1.25 sans-serif">'
        f'<svg width="{WIDTH}" height="{HEIGHT}" style="position: absolute; left: 0; top: 0">'
        f'<defs><marker id="estimator-map-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{INK}"/></marker></defs>'
        f'{arrows}</svg>{drawn}</div></div>')


def _link(box: Box, question: bool) -> str:
    edge, paper, corner = (BLUE, "white", 12) if question else (GREEN, "#DDF3EA", 0)
    section = f"lesson {box.lesson}, section {box.heading.split('.')[0]}"
    return (f'<a href="{html.escape(box.link)}" style="position: absolute; left: {box.left}px; top: {box.top}px; '
            f'width: {box.wide}px; height: {TALL}px; box-sizing: border-box; padding: 4px 8px; display: flex; '
            f'align-items: center; justify-content: center; text-align: center; color: {INK}; '
            f'text-decoration: none; background: {paper}; border: 2px solid {edge}; '
            f'border-radius: {corner}px"><span>{html.escape(box.words)}<br><small><u>{section}</u></small>'
            "</span></a> ")


def _arrow(start: Box, end: Box, answer: str) -> str:
    """From box to box: sideways between two of a row, else downwards."""
    if start.top == end.top:
        right = end.left > start.left
        x0, x1 = (start.left + start.wide, end.left) if right else (start.left, end.left + end.wide)
        y0 = y1 = start.top + TALL / 2
    else:
        x0, x1 = start.left + start.wide / 2, end.left + end.wide / 2
        y0, y1 = start.top + TALL, end.top
    return (f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="{INK}" stroke-width="1.3" '
            f'marker-end="url(#estimator-map-tip)"/><text x="{(x0 + x1) / 2:g}" y="{(y0 + y1) / 2 + 4:g}" '
            f'text-anchor="middle" font-size="13" fill="{INK}" stroke="white" stroke-width="5" '
            f'paint-order="stroke">{answer}</text>')
