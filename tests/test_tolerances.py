"""Text is compared exactly, numbers within the tolerance of the cell's tags."""

import re

import pytest
import torch

from tests.tolerances import complaints, of_tags

FIVE = "numbers-within-5-percent"
NEAR = "numbers-within-0.01"


def passes(saved, new, *tags):
    return not complaints(saved, new, of_tags(tags or [FIVE]))


@pytest.mark.parametrize(
    ("tags", "saved", "low", "high", "too_low", "too_high"),
    [
        ([FIVE], "100", "95", "105", "94.99", "105.01"),
        (["numbers-within-0.5-percent"], "100", "99.5", "100.5", "99.4", "100.6"),
        (["numbers-within-120-percent"], "100", "-20", "220", "-21", "221"),
        ([NEAR], "0.00", "-0.01", "0.01", "-0.02", "0.02"),
        (["numbers-within-1e-5"], "0", "-1e-5", "1e-5", "-2e-5", "2e-5"),
        ([FIVE, NEAR], "100", "95", "105", "94.99", "105.01"),  # within either
        ([FIVE, NEAR], "0.00", "-0.01", "0.01", "-0.02", "0.02"),
        ([FIVE], "-4.00", "-4.2", "-3.8", "-4.3", "4.00"),
    ],
)
def test_the_tag_states_the_tolerance(tags, saved, low, high, too_low, too_high):
    assert passes(saved, saved, *tags)
    assert passes(saved, low, *tags)
    assert passes(saved, high, *tags)
    assert not passes(saved, too_low, *tags)
    assert not passes(saved, too_high, *tags)


def test_without_a_tag_nbval_compares_alone():
    assert of_tags([]) is None
    assert of_tags(["exercise-stub", "nbval-ignore-output"]) is None


@pytest.mark.parametrize(
    "tag",
    [
        "numbers-within-5-percents",
        "numbers-within-5%",
        "numbers-within--1",
        "numbers-within",
        "numbers-within-a-percent",
        "number-within-5-percent",
        "numbers-Within-5-percent",
    ],
)
def test_a_tag_that_cannot_be_understood_is_an_error(tag):
    with pytest.raises(ValueError, match=f"the tag '{re.escape(tag)}' cannot be used"):
        of_tags([tag])


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ([FIVE, "numbers-within-3-percent"], "at most one tag such as numbers-within-5-percent"),
        ([NEAR, "numbers-within-3"], "one such as numbers-within-0.01"),
        ([FIVE, "nbval-ignore-output"], "nbval-ignore-output, with which none is compared"),
    ],
)
def test_tags_that_contradict_each_other_are_an_error(tags, says):
    with pytest.raises(ValueError, match=says):
        of_tags(tags)


@pytest.mark.parametrize(
    ("saved", "near", "far"),
    [
        ("held-out -ELBO 96.4 nats", "held-out -ELBO 98.2 nats", "held-out -ELBO 106.4 nats"),
        ("1,234 steps", "1,236 steps", "12,345 steps"),
        ("999 steps", "1,003 steps", "9 steps"),
        ("1,234,567.5", "1234567", "1,234.5"),
        ("1e-5", "1.02E-05", "1e-4"),
        ("1.7e+38", "1.7e38", "1.7e-38"),
        ("mu = -0.52", "mu = -0.53", "mu = 0.52"),
        ("mu = −0.52", "mu = -0.53", "mu = 0.52"),  # the Unicode minus
        ("2e−5", "2.01e-5", "2e5"),
        ("97 % of all", "95 % of all", "9 % of all"),
        ("97% of all", "95% of all", "9% of all"),
        ("-4.001 ± 0.100, exact -4.000", "-3.995 ± 0.103, exact -4.000", "-4.001 ± 0.200, exact -4.000"),
        ("(0.50, 2.0)", "(0.49, 2.1)", "(2.0, 0.50)"),
        ("N(0, 1)", "N(0, 1.04)", "N(1, 0)"),
        ("the sum is 5.", "the sum is 5.1.", "the sum is 6."),
        (".5 and +.25", "0.5 and 0.25", ".5 and -.25"),
        ("range 10-20", "range 10-20.5", "range 10-30"),
        ("training:  1.0 s", "training: 1.01 s", "training: 10.1 s"),
        ("{'kl': 2.5, 'z1': -0.25}", "{'kl': 2.4, 'z1': -0.251}", "{'kl': 2.4, 'z1': 0.25}"),
        ("loss nan", "loss nan", "loss 1.0"),
        ("loss 1.0", "loss 1.0", "loss nan"),
        ("loss inf", "loss inf", "loss -inf"),
        ("loss -inf", "loss -inf", "loss -1e30"),
        ("loss 1e30", "loss 1e30", "loss inf"),
        ("loss inf", "loss Inf", "loss nan"),
    ],
)
def test_each_number_may_be_near_and_not_far(saved, near, far):
    assert passes(saved, near)
    assert not passes(saved, far)


@pytest.mark.parametrize(
    ("saved", "new"),
    [
        ("96.4 nats", "96.4 bits"),
        ("96.4 nats", "96.4 Nats"),
        ("mu: 1", "mu 1"),  # another word or sign
        ("1.0 2.0", "1.0"),
        ("1.0", "1.0 2.0"),
        ("none: 1", "none:"),
        ("1\n2\n", "1\n"),
        ("1\n", "1\n2\n"),
        ("1\n", "1"),
        ("1\n2", "1 2"),
        ("the sum 5", "the sum 5."),
        ("5 %", "5"),
        ("5%", "5 %"),
        ("a  b 1", "a b 1"),
        ("x 1", "x1"),  # spaces between words; none where there was one
        ("z1 100", "z2 100"),
        ("x200", "x201"),
        ("200-D", "201-D"),
        ("GPT-20", "GPT-21"),
        ("3.100.1", "3.101.1"),
        ("700x380", "701x380"),
        ("float64", "float65"),
        ("30s", "31s"),
        ("0x7f30", "0x7f31"),  # digits in words
        ("nan", "None"),
        ("inf", "info"),
    ],
)
def test_text_is_compared_exactly(saved, new):
    assert passes(saved, saved)
    assert not passes(saved, new, "numbers-within-50-percent", "numbers-within-2")


def test_padding_beside_a_number_does_not_count():
    table = "{:10}{:8.2f}{:6.1f} %\n".format
    assert passes(table("A", 99.9, 9.9) + table("B", 10, 10), table("A", 100.1, 10.1) + table("B", 9.9, 9.9))
    assert passes("| 9.9  |", "| 10.1 |")
    assert passes("| 9.99 |\n  9.9 nats", "|10.01 |\n10.1 nats")


def test_tensors_arrays_and_lists():
    one = torch.tensor([[0.5, 2.0, 100.0], [0.001, -1.0, 9.9]])
    other = one * torch.tensor([1.01, 0.98, 1.04])
    flipped = torch.tensor([[0.001, 9.999], [0.0, 1.0]])
    for show in (repr, lambda x: repr(x.numpy()), lambda x: repr(x.tolist())):
        assert passes(show(one), show(other))
        assert passes(show(flipped), show(flipped * torch.tensor([-1.0, 1.001])), FIVE, NEAR)
        assert not passes(show(one), show(one.flip(1)))
        assert not passes(show(one), show(one[:, :2]))
    assert passes("tensor([5., 6.])", "tensor([5.1000, 6.0000])")
    assert not passes("tensor(5.)", "tensor(5., dtype=torch.float64)")


def test_it_says_all_that_differs():
    saved = "title\nA   1.0   2.0\nB   3.0   4.0\nC   5.0   6.0\nD   7.0\n"
    new = "title\nA   1.5   2.5\nB   3.1   4.1\nC   5.0\nD   8.0\n"
    assert complaints(saved, new, of_tags([FIVE, NEAR])) == [
        "line 2, 'A   1.0   2.0': 1.0 is saved, 1.5 is new; the tolerance is 5 % or 0.01",
        "line 2, 'A   1.0   2.0': 2.0 is saved, 2.5 is new; the tolerance is 5 % or 0.01",
        "line 4: other text, or a number is missing or additional\n"
        "    saved: C   5.0   6.0\n"
        "    new:   C   5.0",
        "line 5, 'D   7.0': 7.0 is saved, 8.0 is new; the tolerance is 5 % or 0.01",
    ]
