"""The training loop of lesson 07, checkpoints, and the trained models that lessons share."""

import contextlib
import hashlib
import inspect
import io
import json
import math
import os
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from helpers import data, vae
from helpers._arguments import (
    check_callable,
    check_flag,
    check_model,
    check_number,
    check_path,
    check_whole,
)
from helpers._files import write_whole
from helpers.data import load_digits
from helpers.vae import VAE, Sampler, Terms, check_images, elbo_terms, reparameterize

CACHE_VARIABLE = "VAE_COURSE_CACHE"
MOST_EPOCHS = 1_000_000
LARGEST_SEED = 2**63 - 1  # torch takes no larger one
MOST_BETA = 1e9  # at 1e30 Adam's squared gradients overflow, and the encoder stands still in silence
BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 20.0)  # of the models behind lesson 09's dial


class TrainingDiverged(RuntimeError):
    """The loss became NaN or infinite."""


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read. The file is left as it is."""


@dataclass
class History:
    """What `fit` saw, one entry an epoch; all terms in nats per image.

    train: averages over the epoch, while the weights moved
    held_out: after the epoch, on images that the model is not trained on
    interrupted: whether training was stopped before its last epoch
    """

    train: list[Terms] = field(default_factory=list)
    held_out: list[Terms] = field(default_factory=list)
    interrupted: bool = False


def evaluate(model: VAE, images: Tensor, sampler: Sampler = reparameterize, *, seed: int = 0) -> Terms:
    """The two terms of the ELBO averaged over `images` (n, 784), sampling on, as floats.

    The draws come from `seed`; torch's global generator is left as it was.
    """
    check_model("model", model)
    _check_images("images", images, model)
    check_callable("sampler", sampler, "mu and sigma")
    check_whole("seed", seed, 0, LARGEST_SEED)
    before = _torch_state()
    try:
        with torch.no_grad(), _seeded(seed):
            parts = [elbo_terms(model, x, sampler) for x in images.split(1000)]
    finally:
        _set_torch_state(before)
    return Terms(*(torch.cat(part) for part in zip(*parts, strict=True))).mean()


def fit(
    model: VAE,
    images: Tensor,
    held_out: Tensor,
    *,
    sampler: Sampler = reparameterize,
    epochs: int = 12,
    batch_size: int = 128,
    step_size: float = 8e-3,
    beta: float = 1.0,
    seed: int = 0,
    device: str | torch.device = "cpu",
    progress: bool = True,
    live: bool = False,
    checkpoint: str | Path | None = None,
) -> History:
    """Maximise the ELBO of `model` on `images` (n, 784) with Adam; the loop of lesson 07.

    sampler: draws z from mu and sigma
    step_size: the highest of a one-cycle schedule that rises to it and falls to almost 0
    beta: the weight of the KL term in what is maximised (Higgins et al. 2017, equation 4); 1 is the
        ELBO. The history has the terms without it.
    seed: of the order of the images and of epsilon; torch's global generator is left as it was
    progress: a progress bar; live: learning curves, redrawn as training goes on, in a notebook
    checkpoint: a path to save model and history to after each epoch

    An interrupt (the stop button) ends training early: the model keeps what it learned, and the
    history so far is returned with `interrupted` set. Raises TrainingDiverged when the loss becomes
    NaN or infinite, and ValueError or TypeError for arguments it cannot use.
    """
    _check_fit(model, images, held_out, sampler, epochs, batch_size, step_size, beta, seed, checkpoint)
    check_flag("progress", progress)
    check_flag("live", live)
    device = _device(device)
    batch_size = min(batch_size, len(images))
    history, before = History(), _torch_state()
    try:
        model.to(device).train()
        images, held_out = images.to(device), held_out.to(device)
        optimizer = torch.optim.Adam(model.parameters(), lr=step_size, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, step_size, total_steps=epochs * math.ceil(len(images) / batch_size),
            cycle_momentum=False)
        show = _live_curves() if live else None
        bar = tqdm(range(epochs), desc="training", unit="epoch", file=sys.stdout, disable=not progress,
                   ncols=90, mininterval=0)
        with _seeded(seed), bar:
            for epoch in bar:
                seen = []
                for step, batch in enumerate(torch.randperm(len(images)).split(batch_size)):
                    terms = elbo_terms(model, images[batch], sampler)
                    loss = (beta * terms.kl - terms.reconstruction).mean()  # beta 1: -ELBO
                    _check_finite(loss.item(), epoch, step)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    seen.append(Terms(*(term.detach() for term in terms)))
                trained = Terms(*map(torch.cat, zip(*seen, strict=True))).mean()
                tested = evaluate(model, held_out, sampler)
                _check_finite(-tested.elbo, epoch, step)  # before a checkpoint is overwritten
                history.train.append(trained)
                history.held_out.append(tested)
                bar.set_postfix_str(f"held-out -ELBO {-history.held_out[-1].elbo:.1f}")
                if show:
                    show(history, last=epoch == epochs - 1)
                if checkpoint is not None:
                    save_checkpoint(checkpoint, model, history)
    except KeyboardInterrupt:
        del history.train[len(history.held_out):]
        history.interrupted = len(history.held_out) < epochs
        print(f"Interrupted after {len(history.held_out)} of {epochs} epochs; "
              "the model keeps what it has learned.")
    finally:
        _set_torch_state(before)
        model.eval()
    return history


def _check_fit(model, images, held_out, sampler, epochs, batch_size, step_size, beta, seed,
               checkpoint) -> None:
    check_model("model", model)
    if not isinstance(model, nn.Module):
        raise TypeError(f"model: an nn.Module is needed, not {type(model).__name__}")
    _check_images("images", images, model)
    _check_images("held_out", held_out, model)
    if images.shape[1] != held_out.shape[1]:
        raise ValueError(f"held_out: {images.shape[1]} pixels an image are needed, not {held_out.shape[1]}")
    check_callable("sampler", sampler, "mu and sigma")
    check_whole("epochs", epochs, 1, MOST_EPOCHS)
    check_whole("batch_size", batch_size, 1, sys.maxsize)
    check_whole("seed", seed, 0, LARGEST_SEED)
    check_number("step_size", step_size, positive=True)
    check_number("beta", beta, MOST_BETA)
    if checkpoint is not None and not _checkpoint_path("checkpoint", checkpoint).parent.is_dir():
        raise ValueError(f"checkpoint: there is no folder {Path(checkpoint).parent}")


def _check_images(name: str, images: Tensor, model: nn.Module) -> None:
    check_images(name, images)
    width = getattr(model, "pixels", images.shape[1])
    if images.shape[1] != width:
        raise ValueError(f"{name}: {width} pixels an image are needed, not {images.shape[1]}")


def _checkpoint_path(name: str, path: str | Path) -> Path:
    path = check_path(name, path)
    if path.is_dir():  # Path("") too
        raise ValueError(f"{name}: the path of a file is needed, not of the folder {path}")
    return path


def _device(device: str | torch.device) -> torch.device:
    if not isinstance(device, str | torch.device):
        raise TypeError(f"device: a name such as 'cpu' is needed, not {type(device).__name__}")
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).item()
    except Exception as error:  # torch raises one kind or another, depending on how it was built
        raise ValueError(
            f"device: one that this torch can compute on is needed, not {str(device)!r}") from error
    return found


def _check_finite(loss: float, epoch: int, step: int) -> None:
    if not math.isfinite(loss):
        raise TrainingDiverged(
            f"the loss became {loss} at epoch {epoch + 1}, step {step + 1}. Likely causes: a step "
            "size that is too large, a log-variance that grew until exp() overflowed, or input that "
            "is not finite. Try a smaller step_size first.")


def _live_curves():
    """A function that draws a history in place of the one it drew before.

    The place is taken at once, above the progress bar: a picture that came later would cut the bar in two.
    Unless it is the `last`, it skips a drawing where drawing would take over a tenth of the time.
    """
    import matplotlib.pyplot as plt
    from IPython.display import Image, display

    from helpers import figures

    if not _in_ipython():
        return lambda history, *, last: None
    handle = display({"text/plain": ""}, raw=True, display_id=True)
    drawn_at, took = -math.inf, 0.0

    def show(history: History, *, last: bool) -> None:
        nonlocal drawn_at, took
        start = time.monotonic()
        if not last and start - drawn_at < 10 * took:
            return
        axes = figures.learning_curves(history)
        try:
            picture = Image(figures.png(axes[0].figure))
        finally:
            plt.close(axes[0].figure)
        handle.update(picture)
        drawn_at = time.monotonic()
        took = drawn_at - start

    return show


def _in_ipython() -> bool:
    from IPython import get_ipython

    return get_ipython() is not None


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """torch's global generator seeded inside, and as it was afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def _torch_state() -> tuple[Tensor, bool]:
    """What an interrupt must not change: it can come inside no_grad or _seeded, before they restore it."""
    return torch.get_rng_state(), torch.is_grad_enabled()


def _set_torch_state(state: tuple[Tensor, bool]) -> None:
    torch.set_rng_state(state[0])
    torch.set_grad_enabled(state[1])


# -- Checkpoints -------------------------------------------------------------------------------


def save_checkpoint(path: str | Path, model: nn.Module, history: History | None = None,
                    config: dict | None = None) -> None:
    """Write weights, history and a JSON-able `config` to `path`, whole or not at all.

    A crash or a full disk leaves the old file, never half of a new one. Raises OSError when the file
    cannot be written, and TypeError or ValueError for arguments it cannot use.
    """
    path = _checkpoint_path("path", path)
    if not isinstance(model, nn.Module):
        raise TypeError(f"model: an nn.Module is needed, not {type(model).__name__}")
    for name, value in model.state_dict().items():
        if (not isinstance(value, Tensor) or value.is_meta or value.is_quantized
                or value.layout != torch.strided):
            raise TypeError(f"model: {name} must be a dense tensor with numbers in it")
    history = History() if history is None else history
    if not isinstance(history, History):
        raise TypeError(f"history: a History is needed, not {type(history).__name__}")
    content = {
        "weights": {name: value.detach().cpu() for name, value in model.state_dict().items()},
        # as floats of Python: a NumPy number would be written, but not read again
        "history": {"train": [tuple(map(float, t)) for t in history.train],
                    "held_out": [tuple(map(float, t)) for t in history.held_out],
                    "interrupted": bool(history.interrupted)},
        "config": _as_json(config),
    }
    content["digest"] = _digest(content)
    buffer = io.BytesIO()  # an interrupt inside torch's own file writer would be lost in it
    torch.save(content, buffer)
    write_whole(path, buffer.getbuffer())


def _as_json(config: dict | None) -> str:
    config = {} if config is None else config
    if not isinstance(config, dict):
        raise TypeError(f"config: a dictionary is needed, not {type(config).__name__}")
    try:
        text = json.dumps(config, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"config: it cannot be written as JSON ({error})") from error
    if json.loads(text) != config:
        raise ValueError("config: JSON would change it; texts are needed for names, lists for tuples")
    return text


def load_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], History, dict]:
    """Weights, history and config from a file of `save_checkpoint`.

    Nothing in the file is executed (`weights_only=True`). Raises FileNotFoundError, another OSError
    for a file that the system does not let us read, or CheckpointError for one that is damaged or was not
    written by `save_checkpoint`.
    """
    path = check_path("path", path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint at {path}")
    octets = path.read_bytes()
    try:
        content = torch.load(io.BytesIO(octets), map_location="cpu", weights_only=True)
        if content["digest"] != _digest(content):
            raise ValueError("its content does not match its checksum")
        past = content["history"]
        history = History([Terms(*t) for t in past["train"]],
                          [Terms(*t) for t in past["held_out"]], past["interrupted"])
        return content["weights"], history, json.loads(content["config"])
    except Exception as error:  # whatever a damaged file makes torch or us raise
        if isinstance(error, pickle.UnpicklingError):  # torch's own words advise to run its code
            reason = "it holds something other than weights"
        elif isinstance(error, KeyError):
            reason = "it was not written by save_checkpoint"
        else:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({reason}). It was left as it is; "
            "delete it or give another path.") from error


def _digest(content: dict) -> str:
    """SHA-256 over everything in a checkpoint but the digest."""
    digest = hashlib.sha256(repr((content["history"], content["config"])).encode())
    for name, value in sorted(content["weights"].items()):
        digest.update(repr((name, value.dtype, tuple(value.shape))).encode())
        digest.update(value.contiguous().flatten().view(torch.uint8).numpy().tobytes())  # bfloat16 too
    return digest.hexdigest()


# -- The models that lessons share -------------------------------------------------------------


def cache_folder() -> Path:
    """Where trained models are kept: $VAE_COURSE_CACHE, or the user's cache folder."""
    from platformdirs import user_cache_path

    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("vae-course")


def trained_vae(latent: int, *, hidden: int = 400, epochs: int = 12, beta: float = 1.0, seed: int = 0,
                progress: bool = True) -> tuple[VAE, History]:
    """A VAE trained on the shipped digits with `fit`, and its history.

    Trained on first use (some seconds), then read from the cache. An entry that is
    damaged, or was made by other code than today's, is said and replaced.
    """
    check_whole("epochs", epochs, 1, MOST_EPOCHS)
    check_number("beta", beta, MOST_BETA)
    check_whole("seed", seed, 0, LARGEST_SEED)
    check_flag("progress", progress)
    config = {"latent": latent, "hidden": hidden, "epochs": epochs, "beta": float(beta), "seed": seed}
    before = _torch_state()
    try:
        with _seeded(seed):
            model = VAE(latent, hidden)
    finally:
        _set_torch_state(before)
    key = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    path = cache_folder() / f"vae-{latent}d-{key}.pt"
    entry = {**config, "code": _code_fingerprint()}
    try:
        weights, history, made_from = load_checkpoint(path)
        if made_from == entry:
            model.load_state_dict(weights)
            return model.eval(), history
        print(f"The cached model {path.name} comes from another version of the course; "
              "training it again.")
    except FileNotFoundError:
        weighted = "" if beta == 1 else f", beta = {beta:g},"
        print(f"Training the {latent}-dimensional model{weighted} once; "
              "the lessons that need it later find it in the cache.")
    except OSError as error:
        print(f"The cached model {path.name} cannot be read ({error.strerror or error}); training it again.")
    except RuntimeError:  # CheckpointError, or weights of other shapes
        print(f"The cached model {path.name} is damaged; training it again.")
    digits = load_digits()
    history = fit(model, digits.train, digits.test, epochs=epochs, beta=beta, seed=seed,
                  progress=progress)
    if not history.interrupted:  # half-trained models are never shared
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_checkpoint(path, model, history, entry)
        except OSError as error:
            print(f"The model could not be cached ({error.strerror or error}); the next lesson trains it "
                  f"again. To keep it, set {CACHE_VARIABLE} to a folder that can be written.")
    return model, history


def warm_cache() -> None:
    """Train every model that the lessons share, where the cache does not have it yet."""
    trained_vae(2)
    trained_vae(20, epochs=6)
    for beta in BETAS:
        trained_vae(10, hidden=200, epochs=6, beta=beta)


def _code_fingerprint() -> str:
    """Changes with the model, the loop or the digits, and so makes older cache entries stale."""
    sources = "".join(inspect.getsource(part) for part in (vae, data, fit, evaluate))
    return hashlib.sha256(sources.encode() + data.SHIPPED.read_bytes()).hexdigest()[:12]
