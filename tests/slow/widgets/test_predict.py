"""Predict on a page: chosen by mouse and by keys, remembered, and told."""

from helpers.widgets import Predict
from tests import example_widgets as made
from tests.browser.driving import painted, state

NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('not allowed'); } });"


def verdicts(page):
    """The class of each option."""
    painted(page)
    return page.locator("label").evaluate_all("nodes => nodes.map(node => node.className)")


def said(page):
    painted(page)
    return page.locator("[aria-live=polite]").inner_text()


def test_nothing_is_chosen_or_said_at_first(opened):
    page = opened(made.predict())
    assert page.get_by_role("group", name="< 5?").count() == 1
    assert verdicts(page) == ["", "", ""]
    assert said(page) == ""
    assert page.get_by_role("radio", checked=True).count() == 0


def test_a_formula_is_mathml_and_all_else_is_text(opened):
    page = opened(made.predict())
    assert page.locator("legend math msup").count() == 1
    assert page.locator("legend").inner_text().endswith("< 5?")
    assert page.locator("label b").all_inner_texts() == ["1", "2"]


def test_a_click_marks_the_option_and_says_why(opened):
    page = opened(made.predict())
    page.get_by_role("radio").nth(0).check()
    assert verdicts(page) == ["vae-wrong", "", ""]
    assert said(page) == "No: it is 2."
    page.locator("label").nth(1).click()
    assert verdicts(page) == ["", "vae-right", ""]
    assert state(page, "choice") == 1


def test_arrow_keys_move_the_choice(opened):
    page = opened(made.predict())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert verdicts(page) == ["vae-wrong", "", ""]
    page.keyboard.press("ArrowDown")
    assert verdicts(page) == ["", "vae-right", ""]


def test_without_a_right_option_the_choice_is_only_marked(opened):
    page = opened(Predict("Which?", {"A": "We shall see.", "B": "We shall see."}))
    page.get_by_role("radio").nth(1).check()
    assert verdicts(page) == ["", "vae-chosen"]
    assert said(page) == "We shall see."


def test_a_choice_is_kept_also_for_another_question_of_that_name(opened, tmp_path):
    page = opened(Predict("Which line?", {"A": "", "D": ""}, name="bet"))
    page.get_by_role("radio").nth(1).check()
    page.reload()
    painted(page)
    assert state(page, "choice") == 1
    later = Predict("You bet.", {"A": "No", "D": "Yes"}, "D", name="bet")
    page.goto(later.to_html(tmp_path / "later.html").as_uri())
    assert verdicts(page) == ["", "vae-right"]
    assert said(page) == "Yes"


def test_without_storage_a_choice_is_marked_all_the_same(opened):
    page = opened(made.predict())
    page.add_init_script(NO_STORAGE)
    page.reload()
    page.get_by_role("radio").nth(1).check()
    assert verdicts(page) == ["", "vae-right", ""]


def test_an_answer_is_told_to_the_page(opened):
    page = opened(made.predict())
    page.evaluate("window.told = 0; document.addEventListener('predicted', () => { told += 1; })")
    page.get_by_role("radio").nth(0).check()
    painted(page)
    assert page.evaluate("told") == 1
