"""The lessons' form, and their exercises. (nbval runs and compares their cells.)"""

import base64
import contextlib
import io
import re
from pathlib import Path

import nbformat
import pytest
import torch

from tests.conftest import NOTEBOOKS, ROOT
from tests.rerun_lessons import clean, problems

LESSONS = {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
every_lesson = pytest.mark.parametrize("name", LESSONS)


def code(name, tag=None):
    return [cell for cell in LESSONS[name].cells if cell.cell_type == "code"
            and (tag is None or tag in cell.metadata.get("tags", []))]


def prose(name):
    return "\n\n".join(c.source for c in LESSONS[name].cells if c.cell_type == "markdown")


WIDGETS = ("Explorer(", "LatentPad(", "Traversals(", "Interpolation(", "DigitCanvas(")


def is_widget(cell):
    return any(o.output_type == "execute_result" and o.data.get("text/plain", "").startswith(WIDGETS)
               for o in cell.outputs)


def test_the_lessons_of_the_course_are_there():
    assert [name[:2] for name in LESSONS] == [f"{n:02}" for n in range(11)]


@every_lesson
def test_saved_from_a_fresh_kernel_and_clean(name):
    lesson = LESSONS[name]
    assert [cell.execution_count for cell in code(name)] == list(range(1, len(code(name)) + 1))
    assert problems(lesson) == []
    again = clean(nbformat.from_dict(lesson))
    assert again == lesson, "run tests/rerun_lessons.py"
    assert lesson.metadata.kernelspec.name == "python3"
    assert "widgets" not in lesson.metadata
    assert all(set(cell.metadata) <= {"tags"} for cell in lesson.cells)


@every_lesson
def test_no_machine_path_and_no_great_size(name):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
    assert not re.search(r"/(home|root|tmp|Users|usr|opt|work)/|[A-Z]:\\\\", text)
    assert path.stat().st_size < 1_500_000


@every_lesson
def test_at_least_80_percent_of_the_code_cells_are_compared(name):
    ignored = len(code(name, "nbval-ignore-output"))
    print(f"{name}: {len(code(name)) - ignored} of {len(code(name))} code cells compared")
    assert ignored <= 0.2 * len(code(name))


@every_lesson
def test_cells_are_short(name):
    lengths = sorted(len(cell.source.splitlines()) for cell in code(name))
    assert lengths[-1] <= 25
    assert lengths[int(0.9 * len(lengths))] < 20
    assert 1 <= lengths[len(lengths) // 2] <= 8
    for cell in code(name):
        assert max(map(len, cell.source.splitlines())) <= 104, cell.source


@every_lesson
def test_every_figure_is_followed_by_its_sentence(name):
    for cell in code(name):
        kinds = ["figure" if "image/png" in o.get("data", {}) else o.output_type for o in cell.outputs]
        if "figure" in kinds and not is_widget(cell) and "nbval-ignore-output" not in cell.metadata.get(
                "tags", []):
            assert kinds[-1] == "stream", cell.source
            assert kinds.count("figure") == 1, cell.source


@every_lesson
def test_every_widget_comes_after_a_static_figure_and_is_saved_as_a_picture(name):
    widgets = [cell for cell in code(name) if is_widget(cell)]
    assert 1 <= len(widgets) <= (5 if name.startswith("08") else 2)  # 08 is the one to play with
    figure_seen = False
    for cell in code(name):
        if cell in widgets:
            assert figure_seen, cell.source
            output, = cell.outputs
            assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
            assert list(output.data) == ["image/png", "text/plain"]
        figure_seen |= any("image/png" in o.get("data", {}) for o in cell.outputs)


@every_lesson
def test_the_parts_of_a_lesson(name):
    cells = LESSONS[name].cells
    opening = cells[0].source
    assert re.match(rf"# {name[:2]} · ", opening)
    assert re.search(r"^\*\*.*\?\*\*$", opening, re.M), "the question, in one bold sentence"
    assert len(re.findall(r"^- ", opening, re.M)) == 3, "three things you will be able to do"
    assert re.search(r"You need: .*About \d+ minutes\.", opening, re.S)
    assert cells[1].source.startswith("| symbol | meaning | ")
    assert cells[2].cell_type == "code"
    assert "figures.use_style()" in cells[2].source
    headings = re.findall(r"^## (.*)$", prose(name), re.M)
    assert headings[-3:] == ["Exercises", "Summary", "References"]
    assert [h for h in headings if h[0].isdigit()] == headings[:-3]
    assert [int(h.split(".")[0]) for h in headings[:-3]] == list(range(1, len(headings) - 2))
    assert cells[-1].source.split("\n\n")[-1].startswith("**Next:**")
    assert "**Predict first.**" in prose(name)


@every_lesson
def test_links_resolve(name):
    links = re.findall(r"\]\(([^)]+)\)", prose(name))
    assert links
    for link in links:
        assert link.startswith("https://") or (ROOT / "notebooks" / link).is_file(), link


# -- Exercises ---------------------------------------------------------------------------------


def exercises(name):
    """(stub, check, text below it) of each exercise of a lesson."""
    cells = LESSONS[name].cells
    return [(cells[i].source, cells[i + 1].source, cells[i + 2].source)
            for i, cell in enumerate(cells) if "exercise-stub" in cell.metadata.get("tags", [])]


def solution(text):
    """The code of the folded solution that comes first in `text`."""
    folded = text.split("<summary>Solution</summary>")[1].split("</details>")[0]
    return re.search(r"```python\n(.*?)```", folded, re.S)[1]


@contextlib.contextmanager
def default_dtype_kept():
    """Around cells of a lesson: 05 and 10 compute in double precision."""
    dtype = torch.get_default_dtype()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)


def run(name, *sources):
    """What the last of the sources prints, after the lesson's set-up cell."""
    space, printed = {}, io.StringIO()
    with default_dtype_kept():
        exec(code(name)[0].source, space)
        for source in sources[:-1]:
            exec(source, space)
        with contextlib.redirect_stdout(printed):
            exec(sources[-1], space)
    return printed.getvalue()


ALL = [(name, i) for name in LESSONS for i in range(len(exercises(name)))]


@every_lesson
def test_two_or_three_exercises_each_with_hint_and_solution(name):
    assert 2 <= len(exercises(name)) <= 3
    for _, check, below in exercises(name):
        assert re.fullmatch(r"check\.\w+\(\w+\)", check)
        first = below.split("### Exercise")[0]
        assert first.count("<summary>Hint</summary>") == first.count("<summary>Solution</summary>") == 1
        assert first.count("<details>") == first.count("</details>") == 2


@pytest.mark.parametrize(("name", "index"), ALL)
def test_an_untouched_stub_is_not_yet_and_its_solution_is_right(name, index):
    stub, check, below = exercises(name)[index]
    assert run(name, stub, check).startswith("Not yet.")
    assert run(name, solution(below), check).startswith("Right.")


# Wrong answers: (lesson, exercise), the answer, and what the check has to say about it.
WRONG = [
    ("00", 0, "times_fewer = 2 / 784", "but should be 392"),
    ("00", 0, "times_fewer = 'many'", "should be one number, but is str"),
    ("00", 1, "def boldest(decode):\n    return torch.zeros(2)", "2.24 away"),
    ("00", 1, "def boldest(decode):\n    return torch.full((2,), float('nan'))", "between -3 and 3"),
    ("00", 1, "def boldest(decode):\n    a = torch.linspace(-6, 6, 121)\n"
              "    grid = torch.cartesian_prod(a, a)\n    return grid[decode(grid).sum(1).argmax()]",
     "between -3 and 3"),
    ("00", 1, "def boldest(decode):\n    a = torch.linspace(-3, 3, 61)\n"
              "    grid = torch.cartesian_prod(a, a)\n    return grid[decode(grid).max(1).values.argmax()]",
     "away"),
    ("00", 1, "def boldest(decode):\n    return 1.0", "should be a tensor"),
    ("00", 1, "def boldest(decode):\n    return decode(torch.zeros(2))", "shape (n, 2)"),
    ("01", 0, "def generate(decoder, n, latent):\n    return decoder(torch.rand(n, latent))",
     "the mean of your z is 0."),
    ("01", 0, "def generate(decoder, n, latent):\n    return decoder(2 * torch.randn(n, latent))",
     "z squared"),
    ("01", 0, "def generate(decoder, n, latent):\n"
              "    return decoder((torch.rand(n, latent) - 0.5) * 12**0.5)", "fourth power"),
    ("01", 0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(n, 1).expand(n, latent))",
     "mean product"),
    ("01", 0, "def generate(decoder, n, latent):\n    return decoder(torch.randn(2000, 3))", "with n = 7"),
    ("01", 0, "def generate(decoder, n, latent):\n    return torch.randn(n, latent)", "called 0 times"),
    ("01", 1, "def pixel_cross_entropy(p, x):\n    return torch.log(p)", "is -0.1054, but should be 0.1054"),
    ("01", 1, "def pixel_cross_entropy(p, x):\n    return -torch.log(p)", "for p = 0.9 and x = 0"),
    ("01", 1, "def pixel_cross_entropy(p, x):\n    return -torch.log2(p) if x else -torch.log2(1 - p)",
     "is 0.152, but should be 0.1054"),
    ("01", 2, "def line(start, end, steps):\n    return start", "shape (3,); (8, 3) is needed"),
    ("01", 2, "def line(start, end, steps):\n    s = torch.linspace(0, 1, steps)[:, None]\n"
              "    return end + s * (start - end)", "code 1 of 5"),
    ("02", 0, "arrives = dict.fromkeys(arrives, True)", "2 of 6 agree"),
    ("02", 0, "arrives = dict.fromkeys(arrives, False)", "4 of 6 agree"),
    ("02", 0, "arrives = {'z': True}", "its six lines"),
    ("02", 1, "def gradient_of_expected_cube(mu, sigma):\n    return 3 * mu**2", "is 0, but should be 3"),
    ("02", 1, "def gradient_of_expected_cube(mu, sigma):\n    return 3 * mu**2 + 3 * sigma",
     "at mu = 1, sigma = 0.5"),
    ("02", 2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n"
              "    return ((f(mu + h + sigma * torch.randn_like(epsilon)) - f(mu + sigma * epsilon)) / h)"
              ".mean()", "fresh noise"),
    ("02", 2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n"
              "    return (f(mu + h + sigma * epsilon) - f(mu + sigma * epsilon)) / h",
     "tensor of shape (20000,)"),
    ("02", 2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    return 2 * (mu - 3)", "for (z - 3)^2"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n    return mu + torch.exp(logvar) * epsilon",
     "what stands before epsilon is 0.1353, but should be 0.3679"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n    return mu + logvar * epsilon", "is 0, but should be 1"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n    return mu", "should be"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n"
              "    return (mu + torch.exp(0.5 * logvar) * epsilon).detach()", "cut off"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n"
              "    return mu + torch.exp(0.5 * logvar.mean()) * epsilon", "at a log-variance of 1.5"),
    ("03", 1, "def draw_uniform(low, high, u):\n    return low + high * u", "at u = 0.25 is -0.25"),
    ("03", 1, "def draw_uniform(low, high, u):\n    return low.item() + (high - low).item() * u",
     "not connected"),
    ("03", 1, "def draw_uniform(low, high, u):\n    return low + (high - low).detach() * u",
     "gradient of the sum of z at low is 4"),
    ("03", 2, "def dz_dlogvar(logvar, epsilon):\n    return torch.exp(0.5 * logvar) * epsilon",
     "at logvar = -2"),
    ("03", 2, "def dz_dlogvar(logvar, epsilon):\n    return epsilon", "off by"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.rand(n)\n"
              "    return (f(z) * (z - mu) / sigma**2).mean()", "standard errors away"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
              "    return (f(z) * (z - mu) / sigma).mean()", "mu = 1, sigma = 0.5"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
              "    return -(f(z) * (z - mu) / sigma**2).mean()", "for f(z) = z^2"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    return 2 * mu", "nothing in it is random"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(1)\n"
              "    return (f(z) * (z - mu) / sigma**2).mean()", "average of n draws"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
              "    return (f(z) * (z - mu) / sigma**2).mean() + 100 * torch.randn(())", "is expected"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = mu + sigma * torch.randn(n)\n"
              "    return f(z) * (z - mu) / sigma**2", "tensor of shape (500,)"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n"
              "    return ((costs - costs.mean()) * scores).mean()", "contain its own cost"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n    return (costs * scores).mean()",
     "no baseline in it"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n"
              "    return ((costs - (costs.sum() - costs) / len(costs)) * scores).mean()", "should be"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n"
              "    return (costs - (costs.sum() - costs) / (len(costs) - 1)) * scores", "one number"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n    n = len(costs)\n"
              "    return ((costs - (costs.sum() - costs) / (n - 1)) * scores).sum()", "sum or mean"),
    ("04", 2, "def coin_score(p, z):\n    return z / p + (1 - z) / (1 - p)", "look at the sign"),
    ("04", 2, "def coin_score(p, z):\n    return torch.tensor([-1 / (1 - p), 1 / p, 0.0, 0.0])",
     "the score of z = 1 is 0"),
    ("04", 2, "def coin_score(p, z):\n    return z - p", "but should be"),
    ("04", 2, "def coin_score(p, z):\n    return z * math.log(p) + (1 - z) * math.log(1 - p)",
     "is -0.2231, but should be -1.25"),
    ("05", 0, "def kl_term(mu, logvar):\n    return 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)",
     "never negative"),
    ("05", 0, "def kl_term(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()",
     "shape ()"),
    ("05", 0, "def kl_term(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp()**2 - 1 - logvar).sum(-1)",
     "the KL of image 0"),
    ("05", 0, "def kl_term(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean(-1)",
     "the KL of image 0"),
    ("05", 1, "my_beta = 1", "beta is 1: it should be what stands"),
    ("05", 1, "my_beta = 128 / 12288", "the other one"),
    ("05", 1, "my_beta = 64 * 64 / 128", "three numbers for each pixel"),
    ("05", 1, "my_beta = 64 * 64 * 3", "the KL is a mean too"),
    ("05", 2, "def best_q(x, w, s, beta):\n    v = w**2 + s**2\n    return w * x / v, (s**2 / v)**0.5",
     "beta = 4 the best m is 1.038, but should be 0.6237"),
    ("05", 2, "def best_q(x, w, s, beta):\n    v = w**2 + beta * s**2\n    return w * x / v, beta * s**2 / v",
     "the standard deviation is asked for"),
    ("05", 2, "def best_q(x, w, s, beta):\n    v = beta * w**2 + s**2\n"
              "    return beta * w * x / v, (s**2 / v)**0.5", "but should be 0.6237"),
    ("05", 2, "def best_q(x, w, s, beta):\n    return w * x / (w**2 + beta * s**2)", "return two numbers"),
    ("06", 0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
              "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
              "    m_hat = m / (1 - beta1**t)\n"
              "    return theta - step_size * m_hat / torch.sqrt(v + eps), m, v", "after step 1"),
    ("06", 0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
              "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
              "    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)\n"
              "    return theta - step_size * m_hat / torch.sqrt(v_hat + eps), m, v", "epsilon"),
    ("06", 0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
              "    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2\n"
              "    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)\n"
              "    return theta - step_size * m_hat / (torch.sqrt(v_hat) + eps), m, v", "after step 2"),
    ("06", 0, "def adam_step(theta, g, m, v, t, **rest):\n    return theta - 0.001 * g", "return 3 things"),
    ("06", 1, "first_step = 1", "with bias correction"),
    ("06", 1, "first_step = 0.5 / 0.04", "divides by the root of v"),
    ("06", 1, "first_step = 1 / 0.04**0.5", "m is not the gradient itself"),
    ("06", 1, "first_step = 0.5", "but should be 2.5"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = gamma * u + (1 - gamma) * g\n"
              "    return theta - step_size * u, u", "after step 1"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n"
              "    return theta - step_size * u, gamma * u + g", "after step 1"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = u + g\n"
              "    return theta - step_size * u, u", "after step 2"),
    ("06", 0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
              "    m, v = beta1 * m + g, beta2 * v + g**2\n"
              "    m_hat, v_hat = m * (1 - beta1) / (1 - beta1**t), v * (1 - beta2) / (1 - beta2**t)\n"
              "    return theta - step_size * m_hat / (torch.sqrt(v_hat) + eps), m, v", "running average"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n    u = gamma * u - step_size * g\n"
              "    return theta + u, u", "is not the sum"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n    return theta - step_size * g",
     "return 2 things"),
    ("07", 0, "factor = 1 / 784", "how much too heavy"),
    ("07", 0, "factor = 28", "but should be 784"),
    ("07", 1, "def kl_to_prior(mu, logvar, m):\n"
              "    return 0.5 * ((mu - m)**2 + logvar.exp() - 1 + logvar).sum(-1)", "the KL of image 0"),
    ("07", 1, "def kl_to_prior(mu, logvar, m):\n"
              "    return 0.5 * ((mu - m)**2 + logvar.exp() - 1 - logvar).sum()", "shape ()"),
    ("07", 1, "def kl_to_prior(mu, logvar, m):\n"
              "    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)", "with m = [2.0, -1.0, 0.5]"),
    ("07", 2, "def noise_of(sampler):\n    return 0.0, 1.0", "for mu + sigma * rand the mean"),
    ("07", 2, "def noise_of(sampler):\n    e = sampler(torch.zeros(100_000), torch.ones(100_000))\n"
              "    return e.mean(), e.var()", "for mu + sigma * rand the standard deviation"),
    ("07", 2, "def noise_of(sampler):\n    return sampler(torch.zeros(9), torch.ones(9))", "two numbers"),
    ("08", 0, "def great_circle(a, b, n):\n    t = torch.linspace(0, 1, n)[:, None]\n"
              "    return (1 - t) * a + t * b", "the straight line"),
    ("08", 0, "def great_circle(a, b, n):\n    t = torch.linspace(0, 1, n)[:, None]\n"
              "    z = (1 - t) * a + t * b\n    return 3 * z / z.norm(dim=1, keepdim=True)",
     "the walk should start at a"),
    ("08", 0, "def great_circle(a, b, n):\n    omega = a @ b / (a.norm() * b.norm())\n"
              "    t = torch.linspace(0, 1, n)[:, None]\n"
              "    return (torch.sin((1 - t) * omega) * a + torch.sin(t * omega) * b) / torch.sin(omega)",
     "away from its place"),
    ("08", 0, "def great_circle(a, b, n):\n    w = torch.linspace(0, math.pi / 2, n)[:, None]\n"
              "    return torch.cos(w) * a + torch.sin(w) * b", "with 50 degrees"),
    ("08", 0, "def great_circle(a, b, n):\n    return a", "shape (6,); (5, 6) is needed"),
    ("08", 1, "def share_of_area(logvar):\n    return torch.exp(logvar).prod(1)", "you multiply variances"),
    ("08", 1, "def share_of_area(logvar):\n    return 3.14159 * torch.exp(0.5 * logvar).prod(1)", "off by"),
    ("08", 1, "def share_of_area(logvar):\n    return torch.exp(0.5 * logvar)", "shape (3, 2)"),
    ("08", 2, "radius = 0.6745", "one dimension"),
    ("08", 2, "radius = 2 * math.log(2)", "its square"),
    ("08", 2, "radius = 1", "lies the share 0.393"),
    ("09", 0, "def kl_factor(s, mse):\n    return s / mse**0.5", "compares standard deviations"),
    ("09", 0, "def kl_factor(s, mse):\n    return mse / s**2", "that is upside down"),
    ("09", 0, "def kl_factor(s, mse):\n    return 1 / mse", "the factor if s is 1"),
    ("09", 0, "def kl_factor(s, mse):\n    return s**2", "in comparison with s = 1"),
    ("09", 0, "def kl_factor(s, mse):\n    return s**2 * mse", "your factor grows with the error"),
    ("09", 0, "def kl_factor(s, mse):\n    return max(1, s**2 / mse)",
     "for s = 0.1 and a mean squared error of 0.09 the factor is 1, but should be 0.1111"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    return kl.view(len(kl), -1, size).sum(-1).clamp(min=floor).mean(0).sum()",
     "is 2.95, but should be 2.85: the mean over images comes before the maximum"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n    return kl.mean(0).clamp(min=floor).sum()",
     "not of each dimension"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n    return kl.sum(1).mean().clamp(min=floor)",
     "a floor of its own, not only the total"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    return kl.view(len(kl), size, -1).sum(1).mean(0).clamp(min=floor).sum()",
     "a group is made of neighbours"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    return kl.view(len(kl), size, -1).sum(-1).mean(0).clamp(min=floor).sum()",
     "not the number of groups"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    return kl.view(len(kl), -1, size).mean(-1).mean(0).clamp(min=floor).sum()",
     "the sum over its dimensions, not their mean"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    return kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum().item()",
     "cut off"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
              "    return cost.detach() + 0 * kl.sum()",
     "a dimension in a group above its floor is 0, but should be 0.5"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n"
              "    cost = kl.view(len(kl), -1, size).sum(-1).mean(0).clamp(min=floor).sum()\n"
              "    return kl.mean(0).sum() + (cost - kl.mean(0).sum()).detach()",
     "a group below its floor should have no gradient"),
    ("09", 2, "def effective_draws(log_weight):\n    w = log_weight.exp()\n"
              "    return w.sum(0)**2 / (w**2).sum(0)",
     "with log-weights near -2000 the effective number is nan: exp() gave 0"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.exp(2 * torch.logsumexp(log_weight, 1) - torch.logsumexp(2 * log_weight, 1))",
     "the sums run over the draws"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.exp(torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0))",
     "the sum of the weights has to be squared"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.exp(2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(log_weight, 0))",
     "it should be the sum of their squares"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.exp(2 * torch.logsumexp(log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))",
     "it is 1 whatever the weights are"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)",
     "that is its logarithm"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.exp(torch.logsumexp(2 * log_weight, 0) - 2 * torch.logsumexp(log_weight, 0))",
     "that is upside down"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    log_ratio = 2 * torch.logsumexp(log_weight, 0) - torch.logsumexp(2 * log_weight, 0)\n"
              "    return log_ratio.exp() / len(log_weight)", "the share of the draws"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return torch.full((log_weight.shape[1],), len(log_weight))",
     "of image 0 is 5, but should be"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits + u).argmax(-1)", "with u itself as the noise"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits + torch.log(-torch.log(u))).argmax(-1)",
     "a minus sign is missing"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits - torch.log(u)).argmax(-1)",
     "a second -log is missing"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits + torch.log(u)).argmax(-1)",
     "it takes two logarithms"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (-torch.log(-torch.log(u))).argmax(-1)",
     "the logits play no part"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).max(-1).values",
     "argmax, not max"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits + torch.randn_like(u)).argmax(-1)",
     "of the categories are those of the trick. Category 0 came in"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).argmax()",
     "shape ()"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_q.exp() * (log_p - log_q)).sum((-1, -2))", "never negative"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_q.exp() * (log_q - log_p)).sum(-1).mean(-1)", "summed, not averaged"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_p.exp() * (log_p - log_q)).sum((-1, -2))", "the other way round"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    return (log_q.exp() * (log_q + math.log(logits.shape[-1]))).sum((-1, -2))",
     "the uniform prior"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    q = torch.softmax(logits, -1)\n"
              "    return (q * (logits - prior_logits)).sum((-1, -2))", "neither kind of logits"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_q.exp() * (log_q - log_p)).sum(-1)", "shape (4, 3)"),
    ("10", 2, "def dz_da(z, a, b):\n    return z * torch.log(z) / a", "the sign is wrong"),
    ("10", 2, "def dz_da(z, a, b):\n    return b * (1 - z**a)**(b - 1) * z**a * torch.log(z)",
     "divide by the density"),
    ("10", 2, "def dz_da(z, a, b):\n    return -z * torch.log(z)", "the a of the density is missing"),
    ("10", 2, "def dz_da(z, a, b):\n    return -z * torch.log(z) / (a * b)", "for a = 2, b = 3"),
    ("10", 2, "def dz_da(z, a, b):\n    return (-z * torch.log(z) / a).mean()", "shape ()"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits - torch.log(torch.log(u))).argmax(-1)",
     "The log of a negative number is nan"),
    ("10", 0, "def gumbel_max(logits, u):\n"
              "    return (torch.softmax(logits, -1) - torch.log(-torch.log(u))).argmax(-1)",
     "the logits themselves are added, not the probabilities"),
    ("10", 0, "def gumbel_max(logits, u):\n    winner = (logits - torch.log(-torch.log(u))).argmax(-1)\n"
              "    return F.one_hot(winner, logits.shape[-1])", "is one-hot, of the shape (20000, 4)"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (logits - torch.log(-torch.log(u))).argmax(-1) + 0.25",
     ".25; whole numbers are needed"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_q.exp() * (log_q - log_p)).mean((-1, -2))",
     "the variables and the categories are summed"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, -1)\n"
              "    log_p = torch.log_softmax(prior_logits, -1)\n"
              "    return (log_q.exp() * (log_q - log_p)).mean(-1).sum(-1)",
     ": the categories are summed, not averaged"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    log_q = torch.log_softmax(logits, 1)\n"
              "    log_p = torch.log_softmax(prior_logits, 1)\n"
              "    return (log_q.exp() * (log_q - log_p)).sum((-1, -2))",
     "log_softmax runs over the categories, the last axis"),
    ("10", 2, "def dz_da(z, a, b):\n    return -torch.log(z) / a", "a factor z is missing"),
]


@pytest.mark.parametrize(("lesson", "index", "answer", "says"), WRONG)
def test_a_wrong_answer_fails_with_a_helpful_message(lesson, index, answer, says):
    name = next(name for name in LESSONS if name.startswith(lesson))
    stub, check, _ = exercises(name)[index]
    message = run(name, stub, answer, check)
    assert message.startswith("Not right yet:")
    assert says in message


# Right answers, written in another way than the solution.
RIGHT = [
    ("00", 0, "import numpy as np\ntimes_fewer = np.int64(392)"),
    ("00", 0, "times_fewer = torch.tensor(392)"),
    ("01", 0, "def generate(decoder, n, latent):\n    return decoder(torch.normal(0.0, 1.0, (n, latent)))"),
    ("01", 1, "import torch.nn.functional as F\n"
              "def pixel_cross_entropy(p, x):\n    return F.binary_cross_entropy(p, x)"),
    ("01", 2, "def line(start, end, steps):\n"
              "    return torch.stack([torch.lerp(start, end, t) for t in torch.linspace(0, 1, steps)])"),
    ("02", 0, "import numpy as np\narrives = dict(zip(arrives, np.array([1, 0, 1, 0, 0, 0], bool)))"),
    ("02", 2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    z = mu + sigma * epsilon\n"
              "    return ((f(z + h) - f(z - h)) / (2 * h)).mean()"),
    ("02", 2, "def same_noise_gradient(f, mu, sigma, h, epsilon):\n    epsilon *= sigma\n"
              "    epsilon += mu\n    return ((f(epsilon + h) - f(epsilon)) / h).mean()"),
    ("03", 0, "def draw_z(mu, logvar, epsilon):\n    return mu + logvar.exp().sqrt() * epsilon"),
    ("03", 1, "def draw_uniform(low, high, u):\n    return (1 - u) * low + u * high"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    z = torch.normal(mu, sigma, (n,))\n"
              "    costs = f(z)\n    return ((costs - f(torch.tensor(mu))) * (z - mu)).mean() / sigma**2"),
    ("04", 0, "def gradient_in_mu(f, mu, sigma, n):\n    m = torch.tensor(mu, requires_grad=True)\n"
              "    q = Normal(m, sigma)\n    z = q.sample((n,))\n"
              "    return torch.autograd.grad((f(z) * q.log_prob(z)).mean(), m)[0].item()"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n"
              "    return torch.cov(torch.stack([costs, scores]))[0, 1]"),
    ("04", 1, "def leave_one_out_gradient(costs, scores):\n    n = len(costs)\n"
              "    return sum((costs[i] - costs[[j for j in range(n) if j != i]].mean()) * scores[i]\n"
              "               for i in range(n)) / n"),
    ("04", 2, "def coin_score(p, z):\n    return (z - p) / (p * (1 - p))"),
    ("05", 0, "def kl_term(mu, logvar):\n"
              "    return kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1)"),
    ("05", 0, "def kl_term(mu, logvar):\n    mu, logvar = mu.float(), logvar.float()\n"
              "    return (mu**2 / 2 + (logvar.exp() - 1 - logvar) / 2).sum(1)"),
    ("05", 1, "my_beta = torch.tensor(96.0)"),
    ("05", 2, "def best_q(x, w, s, beta):\n    precision = w**2 / (beta * s**2) + 1\n"
              "    return [w * x / (beta * s**2) / precision, torch.tensor(precision) ** -0.5]"),
    ("06", 0, "def adam_step(theta, g, m, v, t, step_size=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n"
              "    m = torch.lerp(g, m, beta1)\n    v = torch.lerp(g.square(), v, beta2)\n"
              "    root = (v / (1 - beta2**t)) ** 0.5 + eps\n"
              "    return [theta - step_size / (1 - beta1**t) * m / root, m, v]"),
    ("06", 1, "first_step = 2.5"),
    ("06", 2, "def momentum_step(theta, g, u, step_size, gamma):\n    u *= gamma\n    u += g\n"
              "    return theta - step_size * u, u"),
    ("07", 0, "factor = 784.0"),
    ("07", 1, "from torch.distributions import Normal, kl_divergence\ndef kl_to_prior(mu, logvar, m):\n"
              "    return kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(m, 0 * m + 1)).sum(1)"),
    ("07", 2, "def noise_of(sampler):\n"
              "    e = sampler(torch.zeros(100_000), torch.ones(100_000)).numpy()\n"
              "    return [e.mean(), e.std()]"),
    ("08", 0, "def great_circle(a, b, n):\n    u, v = a / a.norm(), b / b.norm()\n"
              "    w = torch.arccos((u * v).sum())\n    t = [i / (n - 1) for i in range(n)]\n"
              "    return torch.stack([(torch.sin((1 - s) * w) * a + torch.sin(s * w) * b) / torch.sin(w)\n"
              "                        for s in t])"),
    ("08", 1, "def share_of_area(logvar):\n    return torch.exp(logvar.mean(1))"),
    ("08", 2, "radius = torch.tensor(1.1774)"),
    ("09", 0, "def kl_factor(s, mse):\n    root = mse**0.5\n    return torch.tensor(s / root).square()"),
    ("09", 0, "def kl_factor(s, mse):\n    return math.exp(2 * math.log(s) - math.log(mse))"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n    means = kl.mean(0).split(size)\n"
              "    return sum(torch.clamp(group.sum(), min=floor) for group in means)"),
    ("09", 1, "def free_bits_cost(kl, floor, size):\n    means = kl.unfold(1, size, size).sum(2).mean(0)\n"
              "    return floor * len(means) + torch.relu(means - floor).sum()"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    return 1 / torch.softmax(log_weight, 0).square().sum(0)"),
    ("09", 2, "def effective_draws(log_weight):\n"
              "    w = torch.exp(log_weight - log_weight.max(0).values)\n"
              "    return w.sum(0)**2 / (w * w).sum(0)"),
    ("10", 0, "def gumbel_max(logits, u):\n    return (torch.log(-torch.log(u)) - logits).argmin(1)"),
    ("10", 0, "def gumbel_max(logits, u):\n    times = -torch.log(u) / torch.exp(logits)\n"
              "    return times.min(-1).indices"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n"
              "    return torch.distributions.kl_divergence(\n"
              "        Categorical(logits=logits), Categorical(logits=prior_logits)).sum(-1)"),
    ("10", 1, "def kl_to_prior(logits, prior_logits):\n    logits = logits.float()\n"
              "    q, p = torch.softmax(logits, -1), torch.softmax(prior_logits.float(), -1)\n"
              "    return torch.stack([(q[:, d] * torch.log(q[:, d] / p[d])).sum(1)\n"
              "                        for d in range(q.shape[1])]).sum(0)"),
    ("10", 2, "def dz_da(z, a, b):\n    a = torch.tensor(a, requires_grad=True)\n"
              "    z = z.clone().requires_grad_()\n    a_each = a.expand(len(z)).clone()\n"
              "    F = 1 - (1 - z**a_each)**b\n"
              "    dF_da, dF_dz = torch.autograd.grad(F.sum(), [a_each, z])\n    return -dF_da / dF_dz"),
    ("10", 2, "def dz_da(z, a, b):\n    u = 1 - (1 - z**a)**b\n"
              "    draw = lambda a: (1 - (1 - u)**(1 / b))**(1 / a)\n"
              "    return (draw(a + 1e-5) - draw(a - 1e-5)) / 2e-5"),
]


@pytest.mark.parametrize(("lesson", "index", "answer"), RIGHT)
def test_a_right_answer_written_differently_is_right(lesson, index, answer):
    name = next(name for name in LESSONS if name.startswith(lesson))
    stub, check, _ = exercises(name)[index]
    assert run(name, stub, answer, check).startswith("Right.")


NEWER = [(name, i) for name, i in ALL if name[:2] not in ("00", "01", "02", "03", "07")]


@pytest.mark.parametrize(("name", "index"), NEWER)
def test_three_wrong_answers_are_held_against_it(name, index):
    assert len([wrong for wrong in WRONG if wrong[:2] == (name[:2], index)]) >= 3


FUNCTIONS = [(name, i) for name, i in ALL if exercises(name)[i][0].startswith("def ")]


@pytest.mark.parametrize(("name", "index"), FUNCTIONS)
def test_an_answer_that_raises_is_told_and_does_not_stop_the_lesson(name, index):
    stub, check, _ = exercises(name)[index]
    broken = re.sub(r"(?m)^(\s*)\.\.\.$", r"\1raise RuntimeError('oops')", stub)
    assert "your code raised RuntimeError: oops" in run(name, broken, check)


def test_the_readme_names_each_lesson_and_its_question():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = LESSONS["00_start_here"]
    table = "\n".join(cell.source for cell in start.cells if "| lesson |" in cell.source)
    for name in LESSONS:
        assert f"(notebooks/{name}.ipynb)" in readme
        assert name == "00_start_here" or f"({name}.ipynb)" in table
        minutes = re.search(r"About (\d+) minutes", LESSONS[name].cells[0].source)[1]
        row = next(line for line in readme.splitlines() if f"(notebooks/{name}.ipynb)" in line)
        assert f"| {minutes} |" in row


def test_notebook_folder_holds_lessons_only():
    assert {p.suffix for p in Path(ROOT / "notebooks").iterdir() if not p.name.startswith(".")} == {".ipynb"}
