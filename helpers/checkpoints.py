"""Trained models in files: written whole or not at all, and read only if nothing in them has changed."""

import hashlib
import io
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers._files import write_whole
from helpers.vae import History, Terms

DIGEST = hashlib.sha256().digest_size  # bytes at the head of a file, the SHA-256 of the rest


class CheckpointError(RuntimeError):
    """A file is damaged, or no checkpoint. It is left as it is."""


def save_checkpoint(path: str | Path, model: nn.Module, history: History, config: dict) -> None:
    """Write weights, history and `config` (of plain Python values) to `path`. Raises OSError.

    A crash or a full disk leaves the old file, never half of a new one.
    """
    buffer = io.BytesIO()
    terms = [[tuple(t) for t in part] for part in (history.train, history.held_out)]
    torch.save({"weights": model.state_dict(), "history": (history.epochs, *terms), "config": config}, buffer)
    content = buffer.getvalue()
    write_whole(Path(path), hashlib.sha256(content).digest() + content)


def load_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], History, dict]:
    """Weights, history and config from a file of `save_checkpoint`. Nothing in it is executed.

    Raises FileNotFoundError or another OSError where it cannot be read, CheckpointError where it is damaged.
    """
    written = Path(path).read_bytes()
    digest, content = written[:DIGEST], written[DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        raise CheckpointError(f"{path} is damaged, or no checkpoint of this course; it was left as it is")
    saved = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    epochs, *terms = saved["history"]
    return saved["weights"], History(epochs, *([Terms(*t) for t in part] for part in terms)), saved["config"]
