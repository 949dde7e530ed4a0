"""The trained models that lessons share, and the cache that keeps them."""

import hashlib
import inspect
import json
import os
from pathlib import Path

from platformdirs import user_cache_path

from helpers import data, training, vae
from helpers._arguments import check_integer
from helpers.checkpoints import load_checkpoint, save_checkpoint
from helpers.data import load_digits
from helpers.training import fit, keeps_torch, seeded
from helpers.vae import VAE, History

CACHE_VARIABLE = "VAE_COURSE_CACHE"


def cache_folder() -> Path:
    """Where trained models are kept: $VAE_COURSE_CACHE, or the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("vae-course")


def trained_vae(
    latent: int, *, hidden: int = 400, epochs: int = 12, seed: int = 0, progress: bool = True
) -> tuple[VAE, History]:
    """A VAE trained on the shipped digits with `fit`, and its history.

    Trained on first use (some seconds), then read from the cache. An entry that is
    damaged, or was made by other code than today's, is said and replaced.
    """
    check_integer("latent", latent, 1)
    config = {"latent": latent, "hidden": hidden, "epochs": epochs, "seed": seed}
    key = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    path, entry = cache_folder() / f"vae-{latent}d-{key}.pt", config | {"code": _code_fingerprint()}
    model = _untrained(latent, hidden, seed)
    try:
        weights, history, made_from = load_checkpoint(path)
        if made_from == entry:
            model.load_state_dict(weights)
            return model.eval(), history
        print(f"The cached model {path.name} comes from another version of the course; training it again.")
    except FileNotFoundError:
        print(
            f"Training the {latent}-dimensional model once; "
            "the lessons that need it later find it in the cache."
        )
    except OSError as error:
        print(f"The cached model {path.name} cannot be read ({error.strerror or error}); training it again.")
    except RuntimeError:  # CheckpointError, or weights of other shapes
        print(f"The cached model {path.name} is damaged; training it again.")
    digits = load_digits()
    history = fit(model, digits.train, digits.test, epochs=epochs, seed=seed, progress=progress)
    if history.finished:  # half-trained models are never shared
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_checkpoint(path, model, history, entry)
        except OSError as error:
            print(
                f"The model could not be cached ({error.strerror or error}); the next lesson trains it "
                f"again. To keep it, set {CACHE_VARIABLE} to a folder that can be written."
            )
    return model, history


def warm_cache() -> None:
    """Train every model that the lessons share, where the cache does not have it yet."""
    trained_vae(2)
    trained_vae(20, epochs=6)


@keeps_torch
def _untrained(latent: int, hidden: int, seed: int) -> VAE:
    with seeded(seed):
        return VAE(latent, hidden)


def _code_fingerprint() -> str:
    """Changes with the model, the loop or the digits, and so makes older cache entries stale."""
    sources = "".join(inspect.getsource(module) for module in (vae, data, training))
    return hashlib.sha256(sources.encode() + data.SHIPPED.read_bytes()).hexdigest()[:12]
