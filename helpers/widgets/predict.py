"""`Predict`: a question before a surprise."""

import html
import re
from typing import Any

import traitlets
from math_core import LatexToMathML

from helpers.widgets._base import HERE, BrowserWidget, checked_index, script
from helpers.words import said

MATHEMATICS = LatexToMathML(fancy_error=False)


class Predict(BrowserWidget):
    """A question with two to four options. Choosing one says why it is right or wrong.

    question: may have **bold**, `code` and $formulas$, and so may options and sentences
    options: {option: its sentence}
    right: the option that is right; without one (where a later lesson tells) none is marked so
    name: under it the page keeps the choice, also for another `Predict` of that name whose options are the
        same. By default the question.

    `choice` is the chosen option's index, or None. Pages without a kernel or without JavaScript show the
    question and its options as text. Raises ValueError for another number of options, or a `right` that is
    none of them.
    """

    _esm = script(HERE / "predict.js")
    _question = traitlets.Unicode().tag(sync=True)
    _options = traitlets.List().tag(sync=True)
    _name = traitlets.Unicode().tag(sync=True)
    choice = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(self, question: str, options: dict[str, str], right: str | None = None, *, name: str = ""):
        if not 2 <= len(options) <= 4:
            raise ValueError(f"options: two to four are needed, not {len(options)}")
        if right is not None and right not in options:
            raise ValueError(f"right: one of the options is needed, not {right!r}")
        self._asked = question
        super().__init__(
            _question=as_html(question),
            _options=[
                {"key": option, "words": as_html(option), "why": as_html(why)}
                | ({} if right is None else {"right": option == right})
                for option, why in options.items()
            ],
            _name=name or question,
        )

    @traitlets.validate("choice")
    def _check(self, proposal: dict) -> int | None:
        return None if proposal["value"] is None else checked_index(proposal, len(self._options))

    def __repr__(self) -> str:
        chosen = None if self.choice is None else self._options[self.choice]["key"]
        return f"Predict({self._asked!r}, choice={chosen!r})"

    def text(self) -> str:
        """The question and its options as HTML, for a page whose scripts do not run."""
        items = "".join(f"<li>{option['words']}</li>" for option in self._options)
        return f"<p>{self._question}</p><ul>{items}</ul>"

    def still(self) -> dict[str, Any]:
        """The question and its options as text."""
        options = (f"- {option['key']}" for option in self._options)
        return {"text/markdown": "\n".join([f"**{said('Predict.')}** {self._asked}", "", *options])}


def as_html(text: str) -> str:
    """Text with **bold**, `code` and $formulas$ as HTML; all else stands there as it is."""
    parts = re.split(r"(`[^`]+`|\$[^$]+\$|\*\*[^*]+\*\*)", text)  # every second one is marked
    return "".join(_marked(part) if i % 2 else html.escape(part) for i, part in enumerate(parts))


def _marked(part: str) -> str:
    if part.startswith("$"):
        return MATHEMATICS.convert_with_local_state(part[1:-1], displaystyle=False)
    tag, words = ("code", part[1:-1]) if part.startswith("`") else ("b", part[2:-2])
    return f"<{tag}>{html.escape(words)}</{tag}>"
