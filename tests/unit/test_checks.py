"""What all checks of exercises share: what they say, and of whom."""

import pytest
import torch

from helpers.exercises._check import Draws, Wrong, check, compare, same_shape


@check
def doubled(function) -> str:
    inputs = {"three numbers": (torch.tensor([1.0, 2.0, 4.0]),), "one": (torch.tensor([7.0]),)}
    mistakes = {"that is the square": lambda x: x**2, "that is the sum with 2": lambda x: x + 2}
    compare(function, inputs, lambda x: 2 * x, mistakes)
    return "Twice."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: 2 * x, "Right. Twice."),
        (lambda x: (2 * x).tolist(), "Right. Twice."),
        (lambda x: (2 * x).numpy(), "Right. Twice."),
        (lambda x: (2 * x).float(), "Right. Twice."),
        (lambda x: (2 * x)[None], "Right. Twice."),
        (lambda x: x**2, "Not right yet: that is the square"),
        (lambda x: x + 2, "Not right yet: that is the sum with 2"),
        (
            lambda x: x**2 if len(x) > 1 else 2 * x,
            "Not right yet: what you return is off by 8 for three numbers",
        ),
        (lambda x: 2.00001 * x, "Not right yet: what you return is off by 4e-05 for three numbers"),
        (lambda x: 1.99999 * x, "Not right yet: what you return is off by 4e-05 for three numbers"),
        (lambda x: (2 + 1e-8) * x, "Right. Twice."),
        (lambda x: (2 - 1e-8) * x, "Right. Twice."),
        (lambda x: float("nan") * x, "Not right yet: what you return is not finite"),
        (lambda x: x[:1], "Not right yet: what you return has the shape (1,); (3,) is needed"),
        (lambda x: "two", "Not right yet: what you return should be a tensor, but is str"),
        (lambda x: None, "Not yet."),
        (lambda x: "not yet" if False else ..., "Not yet."),
        ("...", "Not yet."),
        ("", "Not yet."),
        (2, "Not right yet: a function is needed, not int"),
        (lambda x: x.mul_(2), "Right. Twice."),  # what it is given is its own
    ],
)
def test_a_check_says_what_fits(answer, said, capsys):
    doubled(answer)
    assert capsys.readouterr().out.startswith(said)


def test_an_error_is_told_with_the_learners_own_line(capsys):
    def helper(x):
        return x.nonsense

    def answer(x):
        return helper(x)

    doubled(answer)
    said = capsys.readouterr().out
    assert "your code raised AttributeError: 'Tensor' object has no attribute 'nonsense'" in said
    assert "(at `return x.nonsense`)" in said


def test_an_error_of_the_check_itself_is_not_told_as_the_learners(capsys):
    check(lambda answer: 1 / 0)("an answer")
    said = capsys.readouterr().out
    assert said.startswith("This check broke (ZeroDivisionError: division by zero)")
    assert "your code" not in said


@pytest.mark.usefixtures("double_precision")
def test_draws_are_intercepted_and_made_standard():
    torch.manual_seed(0)
    with Draws() as draws:
        found = [
            torch.randn(3),
            torch.randn_like(torch.zeros(2)),
            (torch.normal(torch.full((2,), 5.0), torch.tensor([2.0, 3.0])) - 5) / torch.tensor([2.0, 3.0]),
            torch.normal(0.0, 1.0, (2,)),
            (torch.empty(2).normal_(1.0, 4.0) - 1) / 4,
            torch.distributions.Normal(0.0, 1.0).sample((2,)),
        ]
    assert draws.numbers == pytest.approx(torch.cat(found))
    assert draws.noise((13,), "") == pytest.approx(torch.cat(found))
    with pytest.raises(Wrong, match="13 random numbers were drawn, and 14 are needed: for each"):
        draws.noise((7, 2), "for each")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: torch.rand(2),
        lambda: torch.rand_like(torch.zeros(2)),
        lambda: torch.empty(2).uniform_(),
        lambda: torch.randint(0, 2, (2,)),
        lambda: torch.bernoulli(torch.full((2,), 0.5)),
        lambda: torch.distributions.Laplace(0.0, 1.0).rsample((2,)),
    ],
)
def test_other_noise_is_named(draw):
    with Draws() as draws:
        draw()
    with pytest.raises(Wrong, match=r"your noise comes from `\w+`; draw it from N\(0, 1\)"):
        draws.noise((2,), "")


def test_no_noise_is_said():
    with Draws() as draws:
        torch.zeros(2)
    with pytest.raises(Wrong, match="nothing in it is random"):
        draws.noise((2,), "")


@pytest.mark.parametrize(
    ("like", "dtype"), [(torch.tensor([0, 1]), torch.int64), (torch.zeros(2).double(), torch.float64)]
)
def test_whole_numbers_keep_their_kind_where_no_float_is_needed(like, dtype):
    assert same_shape([1, 0], like, "it").dtype == dtype
