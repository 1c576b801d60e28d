"""The steps of the Dockerfile, run in a folder instead of an image: what it copies is enough to run the service."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from web.forms.pdf import DEBIAN_PACKAGES

ROOT = Path(__file__).resolve().parent.parent


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(words[0], words[1]) for words in lines]


@pytest.mark.slow
def test_the_image_serves_what_it_was_built_from(tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    stages = instructions()
    final = stages[max(index for index, (name, _) in enumerate(stages) if name == "FROM") + 1 :]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "python"], check=True)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'python' / 'bin'}:{os.environ['PATH']}",
        "HUB_DATA_FOLDER": str(tmp_path / "data"),
        # What is installed runs twice, too seldom to compile it all first (pip takes "no" options by value: 0 is no).
        "PIP_NO_COMPILE": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, rest in final:
        if name == "COPY":
            copy(rest.split(), app)
        if name == "RUN":
            # The image makes its own user; here the steps run as whoever runs the tests, with this machine's packages.
            own = ("useradd", "install ", "apt-get", "rm -rf /var")
            steps = [step.strip() for step in rest.split("&&") if not step.strip().startswith(own)]
            subprocess.run(
                " && ".join(steps or ["true"]), shell=True, cwd=app, env=environment, check=True, capture_output=True
            )
    manifest = json.loads((app / "web" / "static" / "vendor" / "manifest.json").read_text("utf-8"))
    assert "htmx.min.js" in manifest["integrity"]
    command = json.loads(next(rest for name, rest in final if name == "CMD"))
    subprocess.run([command[0], "migrate"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    told = subprocess.run(
        [*command, "--help"], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout
    assert "--port" in told


def test_the_image_and_the_scripts_install_what_forms_are_made_with():
    installed = next(rest for name, rest in instructions() if name == "RUN" and "apt-get install" in rest)
    assert DEBIAN_PACKAGES in installed
    assert f"debian_packages {DEBIAN_PACKAGES}\n" in (ROOT / "bin" / "environment.sh").read_text("utf-8")


def copy(words: list[str], app: Path) -> None:
    sources = [word for word in words[:-1] if not word.startswith("--")]
    for source in sources:
        origin = ROOT / source if not source.startswith("/build/") else ROOT / source.removeprefix("/build/")
        target = app / (words[-1] if len(sources) == 1 and words[-1] != "./" else source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            ignored = shutil.ignore_patterns("node_modules", "vendor", "__pycache__") if origin.name == "web" else None
            shutil.copytree(origin, target, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(origin, target)
