"""The trained models that lessons share, and the cache that keeps them."""

import hashlib
import inspect
import io
import os
import shutil
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path

from helpers import data, training, vae
from helpers._arguments import check_integer
from helpers.data import load_digits
from helpers.training import History, fit, preserves_torch_state, seeded
from helpers.vae import VAE, Terms
from helpers.words import said

CACHE_VARIABLE = "VAE_COURSE_CACHE"


def cache_folder() -> Path:
    """Where trained models are kept: $VAE_COURSE_CACHE, or the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("vae-course")


@preserves_torch_state
def trained_vae(
    latent: int, *, hidden: int = 200, epochs: int = 8, seed: int = 0, progress: bool = True
) -> tuple[VAE, History]:
    """A VAE of torch's default dtype, trained on the shipped digits with `fit`, and its history.

    Trained on first use (some seconds), then read from the cache. A file there that is not exactly
    what today's code writes is said and replaced.
    """
    check_integer("latent", latent, 1)
    with seeded(seed):
        model = VAE(latent, hidden)
    made_from = f"latent {latent}, hidden {hidden}, epochs {epochs}, seed {seed}, {torch.get_default_dtype()}"
    path = cache_folder() / f"vae-{latent}d-{_digest(made_from.encode())}.npz"
    made_from += f", code {_code_fingerprint()}"
    try:
        return model.eval(), _read(path, model, epochs, made_from)
    except FileNotFoundError:
        once = f"Training the {latent}-dimensional model once; the lessons that need it later find it cached."
        print(said(once))
    except Exception as error:  # whatever a file can hold: the cache is never fatal
        why = str(error) or type(error).__name__
        print(said(f"The cached model {path.name} cannot be used ({why}); training it again."))
    digits = load_digits()
    history = fit(model, digits.train, digits.test, epochs=epochs, seed=seed, progress=progress)
    if history.finished:  # half-trained models are never shared
        try:
            _write(path, model, history, made_from)
        except OSError as error:
            lost = (
                f"The model could not be cached ({error.strerror or error}); the next lesson trains it "
                f"again. To keep it, set {CACHE_VARIABLE} to a folder that can be written."
            )
            print(said(lost))
    return model, history


def warm_cache() -> None:
    """Train every model that the lessons share, where the cache does not have it yet."""
    torch.set_default_dtype(torch.float64)  # as the lessons do
    trained_vae(2)
    trained_vae(20, hidden=400, epochs=6)


def _read(path: Path, model: VAE, epochs: int, made_from: str) -> History:
    """Fills `model` from the file, all of it or nothing; an archive's checksums tell a damaged one."""
    with np.load(path, allow_pickle=False) as file:
        found = dict(file)
    if str(found.pop("made_from")) != made_from:
        raise ValueError("it comes from another version of the course")
    terms = found.pop("history")  # (2, epochs, 2): train and test, reconstruction and KL
    wanted = model.state_dict()
    weights = {name: torch.from_numpy(array) for name, array in found.items()}
    if terms.shape != (2, epochs, 2) or _form(weights) != _form(wanted):
        raise ValueError("it holds something else")
    model.load_state_dict(weights)
    return History(epochs, *([Terms(*row) for row in part] for part in terms.tolist()))


def _form(weights: dict[str, torch.Tensor]) -> dict:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in weights.items()}


def _write(path: Path, model: VAE, history: History, made_from: str) -> None:
    """Beside `path`, then moved onto it: an interrupt or a full disk leaves no half of a file there."""
    content = io.BytesIO()
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    np.savez(content, made_from=made_from, history=[history.train, history.test], **weights)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content.getvalue())
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _code_fingerprint() -> str:
    """Changes with the model, the loop or the digits, and so makes older cache entries stale."""
    sources = "".join(inspect.getsource(module) for module in (vae, data, training))
    return _digest(sources.encode() + data.SHIPPED.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
