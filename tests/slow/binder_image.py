"""Binder's image without Docker: the Dockerfile that repo2docker writes, followed in a folder.

The folder stands for the root of the container: HOME=/home/jovyan is FOLDER/home/jovyan. Every instruction
has its row in TABLE: it is followed as it is written, or left out or replaced for the reason given there. An
instruction that no row knows is an error.
"""

import importlib.resources
import json
import os
import re
import shlex
import shutil
import string
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT
from tests.slow.memory import Watch

BUILDPACKS = importlib.resources.files("repo2docker") / "buildpacks"
ARGUMENTS = {"NB_USER": "jovyan", "NB_UID": "1000"}  # what BinderHub builds with
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# What pip needs behind a proxy or with a mirror; nothing else of our environment is passed on.
PASSED_ON = re.compile(r"PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|(https?|no|all)_proxy", re.I)

# Pattern of an instruction -> what is done with it (a method of Image), and why if it is not just followed.
TABLE = [
    (r"FROM docker.io/library/buildpack-deps:24.04", "leave_out", "the system is this machine's"),
    (r"RUN apt-get .* (locales|gettext-base less unzip) > /dev/null .*", "leave_out",
     "the system is this machine's"),
    (r"RUN echo .* locale-gen", "leave_out", "the system is this machine's"),
    (r"ENV LC_ALL=en_US.UTF-8 LANG=.*", "set_locale", "C.UTF-8, which every system has"),
    (r"RUN if (getent group|id) \$\{NB_UID\}; .*", "leave_out", "the user is whoever runs this"),
    (r"USER (root|\$\{NB_USER\})", "leave_out", "the user is whoever runs this"),
    (r"RUN if \[ ! -d .*/usr/bin/install -o \$\{NB_USER\} .*", "leave_out", "WORKDIR makes the folder"),
    (r"RUN chown \$\{NB_USER\}:\$\{NB_USER\} \$\{REPO_DIR\}", "leave_out", "the user is whoever runs this"),
    (r"EXPOSE 8888", "leave_out", "the server gets a free port"),
    (r"LABEL repo2docker\..*", "leave_out", "nothing reads it"),
    (r"COPY .*activate-2dconda-2esh-\w+ /etc/profile.d/activate-conda.sh", "leave_out", "there is no conda"),
    (r"COPY .*environment-2epy-2d3-2e11-2dlinux-2d\w+-2elock-\w+ /tmp/env/environment.lock", "leave_out",
     "install_base reads it"),
    (r"COPY .*install-2dbase-2denv-2ebash-\w+ /tmp/install-base-env.bash", "leave_out", "there is no conda"),
    (r"RUN .* /tmp/install-base-env.bash' .*", "install_base", "conda's environment becomes a virtual one"),
    (r"RUN mkdir -p \$\{NPM_DIR\} .*", "leave_out", "the course needs no npm"),
    (r"COPY .*/python3-login /usr/local/bin/python3-login", "leave_out", "its login shell activates conda"),
    (r"COPY .*/repo2docker-entrypoint /usr/local/bin/repo2docker-entrypoint", "copy", ""),
    (r"COPY --chown=1000:1000 src/(binder/requirements.txt)? \$\{REPO_DIR\}/.*", "copy", ""),
    (r"ARG (NB_USER|NB_UID|REPO_DIR=\$\{HOME\})", "set_argument", ""),
    (r"ENV (DEBIAN_FRONTEND|SHELL|USER|APP_BASE|PATH|REPO_DIR|PYTHONUNBUFFERED|KERNEL_PYTHON_PREFIX"
     r"|(CONDA|MAMBA|NB|NPM)_\w+)=.*", "set_variables", ""),
    (r"WORKDIR .*", "go_to", ""),
    (r'RUN \$\{KERNEL_PYTHON_PREFIX\}/bin/pip install .* -r "binder/requirements.txt"', "install", ""),
    (r"RUN chmod \+x binder/postBuild", "run", ""),
    (r"RUN ./binder/postBuild", "run", ""),
    (r'ENTRYPOINT \["/usr/local/bin/repo2docker-entrypoint"\]', "set_entrypoint",
     "by the environment's python: a login shell would activate conda"),
    (r'CMD \["jupyter", "notebook", "--ip", "0.0.0.0"\]', "leave_out", "BinderHub gives its own command"),
]


class Step(NamedTuple):
    """An instruction of the Dockerfile, and the row of TABLE that knows it."""

    text: str
    row: tuple[str, str, str]


def dockerfile(project: Path) -> str:
    """What repo2docker writes for the files in `project`, asked as BinderHub asks it."""
    done = subprocess.run([sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-name",
                           ARGUMENTS["NB_USER"], "--user-id", ARGUMENTS["NB_UID"], "."],
                          cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def steps(text: str) -> list[Step]:
    """The instructions, in order, comments taken out and continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    text = re.sub(r"\s*\\\n\s*", " ", text)
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        row = next((row for row in TABLE if re.fullmatch(row[0], line)), None)
        assert row, f"repo2docker writes an instruction that the rehearsal does not know: {line}"
        found.append(Step(line, row))
    return found


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=20).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


class Image:
    """A folder that holds what the image would, and the environment its commands run in."""

    def __init__(self, folder: Path):
        self.root = folder
        self.source = folder / "src"
        self.env = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        self.env["PATH"] = SYSTEM_PATH
        self.workdir = folder
        self.entrypoint: list[str] = []
        self.megabytes: dict[str, float] = {}  # a command that ran -> its peak
        self.silent: list[str] = []  # package indexes that did not answer
        self.log = folder / "build.log"

    def build(self):
        """Follows the Dockerfile of the last commit: as on Binder, the files that git has, and .git."""
        subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", self.source], check=True)
        self.steps = steps(dockerfile(self.source))
        for step in self.steps:
            getattr(self, step.row[1])(step.text.split(maxsplit=1)[1])

    def inside(self, path: str) -> Path:
        """A path of the container, in the folder."""
        return Path(path) if path.startswith(str(self.root)) else self.root / path.lstrip("/")

    def expand(self, text: str) -> str:
        return string.Template(text).substitute(self.env)

    def leave_out(self, text: str):
        pass

    def set_locale(self, text: str):
        self.env |= {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}

    def set_argument(self, text: str):
        name, _, value = text.partition("=")
        self.env[name] = self.expand(value) or ARGUMENTS[name]

    def set_variables(self, text: str):
        given = dict(assignment.split("=", 1) for assignment in shlex.split(self.expand(text)))
        for name in {"HOME", "APP_BASE"} & given.keys():  # all other paths begin with one of these
            given[name] = str(self.inside(given[name]))
        self.env |= given

    def go_to(self, text: str):
        self.workdir = Path(self.expand(text))
        self.workdir.mkdir(parents=True)

    def copy(self, text: str):
        _, source, target = self.expand(text).split()
        target = self.inside(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.startswith("/"):
            shutil.copy(str(BUILDPACKS / source.lstrip("/")), target)
        elif source.endswith("/"):
            shutil.copytree(self.root / source, target, dirs_exist_ok=True)
        else:
            shutil.copy(self.root / source, target)

    def install_base(self, text: str):
        """The packages that conda's environment asks for, in the versions it has, from pip."""
        version = ".".join(map(str, sys.version_info[:2]))
        asked = (BUILDPACKS / "conda" / f"environment.py-{version}.yml").read_text().split("dependencies:")[1]
        names = set(re.findall(r"^- ([\w-]+)", asked, re.M)) - {"python", "nodejs"}
        locked = (BUILDPACKS / "conda" / f"environment.py-{version}-linux-64.lock").read_text()
        self.base = {name.removesuffix("-singleuser"):
                     re.search(rf"/{re.escape(name)}-([0-9.]+)-[^/]*\.conda#", locked)[1] for name in names}
        subprocess.run([sys.executable, "-m", "venv", self.env["NB_PYTHON_PREFIX"]], check=True)
        python = self.env["NB_PYTHON_PREFIX"] + "/bin/python"
        self.run(f"{python} -m pip install pip=={self.base['pip']}")
        self.run(f"{python} -m pip install " + " ".join(f"{name}=={v}" for name, v in self.base.items()))

    def install(self, text: str):
        """As it is written; but if an index is not there, pip does not ask it five times for each package."""
        requirements = (self.workdir / "binder" / "requirements.txt").read_text()
        indexes = re.findall(r"--extra-index-url (\S+)", requirements)
        self.silent = [index for index in indexes if not answers(index)]
        self.run(f"export PIP_RETRIES=0; {text}" if self.silent else text)

    def run(self, text: str):
        with self.log.open("a") as log:
            print("$", text, file=log, flush=True)
            process = subprocess.Popen(["bash", "-c", text], cwd=self.workdir, env=self.env, stdout=log,
                                       stderr=log, stdin=subprocess.DEVNULL)
            with process, Watch(process.pid) as watch:
                process.wait()
        assert process.returncode == 0, self.log.read_text()[-3000:]
        self.megabytes[text] = watch.peaks[""]

    def set_entrypoint(self, text: str):
        path = json.loads(text)[0]
        self.entrypoint = [self.env["NB_PYTHON_PREFIX"] + "/bin/python", "-u", str(self.inside(path))]
