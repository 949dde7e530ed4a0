"""Widgets: each has a short repr and a picture for pages without a kernel."""

from helpers.widgets.attribute_sliders import AttributeSliders
from helpers.widgets.backprop import Backprop
from helpers.widgets.explorer import Explorer
from helpers.widgets.handwriting import Handwriting
from helpers.widgets.jump_and_slide import JumpAndSlide
from helpers.widgets.latent_pad import LatentPad
from helpers.widgets.new_digits import NewDigits
from helpers.widgets.policy_triangle import PolicyTriangle
from helpers.widgets.predict import Predict
from helpers.widgets.race import Race
from helpers.widgets.stream import Stream
from helpers.widgets.tokens import Tokens
from helpers.widgets.training_replay import TrainingReplay
from helpers.widgets.traversals import Traversals

__all__ = [
    "AttributeSliders",
    "Backprop",
    "Explorer",
    "Handwriting",
    "JumpAndSlide",
    "LatentPad",
    "NewDigits",
    "PolicyTriangle",
    "Predict",
    "Race",
    "Stream",
    "Tokens",
    "TrainingReplay",
    "Traversals",
]
