"""The web edition, built once and used without a network.

pytest tests/slow/test_web_edition.py
"""

import os
import posixpath
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from helpers.pretrained import trained_vae
from tests.browser import driving
from tests.browser.driving import painted, shows
from tests.chromium import needed_module, page_errors
from tests.conftest import NOTEBOOKS, ROOT

MEGABYTE = 2**20
TRANSLATED = [f"es/{path.stem}" for path in sorted((ROOT / "notebooks" / "es").glob("*.ipynb"))]
PAGES = ["index", *(path.stem for path in NOTEBOOKS), "es/index", *TRANSLATED]


def building(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.web", str(folder)], cwd=ROOT, stderr=subprocess.PIPE
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder, and the seconds that it took. VAE_COURSE_WEB names one that is there already."""
    if given := os.environ.get("VAE_COURSE_WEB"):
        return Path(given), 0
    folder, start = tmp_path_factory.mktemp("web") / "edition", time.monotonic()
    process = building(folder)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()[-3000:]
    return folder, time.monotonic() - start


@pytest.fixture
def open_page(browser, built):
    """open_page(name, **options of its context) -> a page of the edition, offline, all of its widgets awake.

    At the end there may have been no error, and no request beyond the folder.
    """
    contexts, wrong = [], []

    def open_it(name, **options):
        context = browser.new_context(offline=True, **{"viewport": {"width": 900, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        found, home = page_errors(page), built[0].as_uri() + "/"
        wrong.append(found)
        page.on("request", lambda sent: sent.url.startswith((home, "data:")) or found.append(sent.url))
        # A page that is left before it has loaded aborts what it asked for.
        page.on("requestfailed", lambda sent: sent.failure == "net::ERR_ABORTED" or found.append(sent.url))
        page.goto(f"{home}{name}.html")
        for place in page.locator(".live").all():
            place.scroll_into_view_if_needed()
            place.locator(".vae-widget").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not any(wrong), wrong


# -- size and time -----------------------------------------------------------------------------


def test_size_and_time(built):
    folder, seconds = built
    files = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    print(f"built in {seconds:.0f} s, {sum(files.values()) / MEGABYTE:.1f} MB in {len(files)} files")
    assert seconds < 600
    assert sum(files.values()) < 60 * MEGABYTE
    assert max(size for path, size in files.items() if path.suffix == ".html") < 8 * MEGABYTE


def test_links_lead_to_pages_and_sections_that_are_there(built):
    folder, _ = built
    pages = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}
    assert sorted(pages) == sorted(f"{name}.html" for name in PAGES)
    for name, page in pages.items():
        links = [link for link in re.findall(r'href="([^"]+)"', page) if "://" not in link]
        assert len(links) > 2
        for link in links:
            file, _, section = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
            assert (folder / target).is_file(), (name, link)
            assert not section or f'id="{section}"' in pages[target], (name, link)


# -- in the browser ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_both_themes_and_fits_a_telephone(open_page, name):
    axe = needed_module("axe_playwright_python.sync_playwright").Axe()
    page = open_page(name)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = axe.run(page, options={"preload": False, "resultTypes": ["violations"]}).response
        assert len(found["passes"]) > 10
        assert [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found["violations"]] == []
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("name", PAGES)
def test_each_page_reads_without_javascript(browser, built, name):
    page = browser.new_context(offline=True, java_script_enabled=False).new_page()
    page.goto((built[0] / f"{name}.html").as_uri())
    assert page.locator("h1").count() == 1
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.get_attribute("alt") or name.endswith("index")
    page.context.close()


def look(place):
    """All that one can see of a widget: its pictures, its words, where its controls are."""
    painted(place.page)
    return place.evaluate("""async node => {
      const images = [...node.querySelectorAll("img")];
      await Promise.all(images.map(image => image.decode()));
      const canvases = [...node.querySelectorAll("canvas")].map(canvas => canvas.toDataURL());
      const marks = [...node.querySelectorAll("label")].map(label => label.className);
      return [images.map(image => image.src), canvases, marks, node.innerText,
        [...node.querySelectorAll("svg")].map(
        drawn => drawn.outerHTML), [...node.querySelectorAll("input")].map(input => input.value)].join()}""")


def controls(place):
    """Each control's state, in order."""
    return place.locator("input").evaluate_all(
        "all => all.map(one => one.type === 'range' ? one.value : one.checked)"
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_control_moves_its_widget(open_page, name):
    page = open_page(name)
    for place in page.locator(".live").all():
        explorer = place.get_attribute("data-widget") == "Explorer"
        for i, control in enumerate(place.locator("input").all()):
            kind, before, others = control.get_attribute("type"), look(place), controls(place)
            assert kind in ("range", "radio", "checkbox")
            if kind != "range":
                control.click()
            else:
                at_the_end = control.evaluate("one => one.value === one.max")
                control.press("ArrowLeft" if at_the_end else "ArrowRight")
            now = controls(place)
            if now != others:  # not: the radio button that was checked already
                assert look(place) != before, (name, control)
            if explorer and kind == "range":
                assert now[:i] + now[i + 1 :] == others[:i] + others[i + 1 :]
        for button in place.locator("button").all():
            if button.is_visible() and button.is_enabled():
                button.click()
        for plane in place.locator(".vae-plane, .vae-sheet").all():
            before = look(place)
            plane.scroll_into_view_if_needed()
            box = plane.bounding_box()
            page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
            page.mouse.down()
            page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=5)
            page.mouse.up()
            assert look(place) != before


def test_most_settings_of_an_explorer_have_a_picture_of_their_own(built):
    """Some settings may look alike: a control that has no effect on one choice of another."""
    folder, _ = built
    found = 0
    for script in folder.glob("*/widget*.js"):
        pictures = sorted(folder.glob(f"{script.parent.name}/{script.stem}-*.webp"))
        if pictures:
            found += 1
            assert len({path.read_bytes() for path in pictures}) > 0.5 * len(pictures), script
    pages = [page.read_text(encoding="utf-8") for page in folder.glob("**/*.html")]
    assert found == sum(page.count('data-widget="Explorer"') for page in pages) > 0


def greys(place, label):
    painted(place.page)
    return driving.greys(place.locator(f"canvas[aria-label='{label}']"))


def test_the_pads_pixels_are_torchs(open_page, double_precision):
    model, _ = trained_vae(latent=2)
    page = open_page(PAGES[1])
    place = page.locator("[data-widget=LatentPad]")
    plane = place.get_by_role("application")
    for key, z in (("Home", [0, 0]), ("ArrowUp", [0, 0.1]), ("ArrowRight", [0.1, 0.1])):
        plane.press(key)
        with torch.no_grad():
            assert shows(
                greys(place, "the picture decoded from z"), model.decode(torch.tensor([z]).double())[0]
            )


def test_a_digit_that_is_taken_is_written_ten_times(open_page):
    page = open_page(next(name for name in PAGES if name.startswith("06")))
    hand = page.locator("[data-widget=Handwriting]")
    seen = set()
    for button in hand.get_by_role("button", name="take this").all()[:4]:
        button.click()
        painted(page)
        seen.add(hand.get_by_label("a 7 in this hand").evaluate("canvas => canvas.toDataURL()"))
    assert len(seen) == 4


def test_the_chosen_theme_is_kept(open_page):
    page = open_page(PAGES[1], color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.get_by_role("link", name="Next").click()
    page.wait_for_load_state()
    assert page.evaluate(paper) == dark


# -- interrupted -------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process there")
def test_an_interrupted_build_leaves_nothing(tmp_path):
    psutil = needed_module("psutil")
    process = building(tmp_path / "edition")
    kernels = []
    while len(kernels) < 2:
        time.sleep(0.5)
        assert process.poll() is None
        kernels = psutil.Process(process.pid).children(recursive=True)
    time.sleep(5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(tmp_path.iterdir()) == []
    assert psutil.wait_procs(kernels, timeout=20)[1] == []


# -- print and search --------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_page_prints_whole(open_page, name):
    page = open_page(name)
    folded = page.locator("details:not([open])").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    missing = (
        "() => [...document.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.src)"
    )
    assert page.evaluate(missing) == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == folded


def test_lessons_are_found_by_words(open_page):
    page = open_page("index")
    page.get_by_role("searchbox").fill("bias correct")
    first = page.locator("#found a").first
    assert first.inner_text().startswith("09 · ")
    first.click()
    assert "/09_" in page.url
    page.go_back()
    page.get_by_role("searchbox").fill("nosuchword")
    assert page.locator("#found li").count() == 0
