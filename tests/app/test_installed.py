# SPDX-License-Identifier: Apache-2.0
"""The product as a package: what is built holds everything, and runs where there is no checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = shutil.ignore_patterns(".venv", ".git", "build", "dist", "run", "__pycache__", "*.egg-info", ".*_cache")
pytestmark = pytest.mark.timeout(180)
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def built(what: str, source: Path, out: Path) -> Path:
    """A wheel or an sdist of a folder, made without a network."""
    done = run(sys.executable, "-c", BUILD, f"build_{what}", out, cwd=source)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl" if what == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel out of the sdist out of a copy of this checkout: what is left out on the way is missing in the end."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT, folder / "copy", ignore=NOT_OURS)
    with tarfile.open(built("sdist", folder / "copy", folder)) as archive:
        # Debian 12's Python 3.11.2 has no filters yet
        archive.extractall(folder / "sdist", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # noqa: S202 - our own
    return built("wheel", next((folder / "sdist").iterdir()), folder)


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; the libraries are those of the tests, the editable program is not."""
    folder = tmp_path_factory.mktemp("elsewhere")
    made = run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    assert made.returncode == 0, made.stderr
    packages = next((folder / "env" / "lib").glob("python3*")) / "site-packages"
    # a line of a .pth adds a folder; the .pth files in that folder, such as the editable one, are not read
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    pip = (sys.executable, "-m", "pip", "--python", folder / "env" / "bin" / "python", "--disable-pip-version-check")
    done = run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.long
def test_a_wheel_has_every_file_of_the_resources(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = [one.relative_to(ROOT) for one in (ROOT / "resources").rglob("*") if one.is_file()]
    assert len(wanted) > 10
    left_out = {"__pycache__", "bench"}
    assert [one for one in wanted if not left_out & set(one.parts) and f"groundstation/{one}" not in inside] == []
    assert "groundstation/py.typed" in inside
    assert not [name for name in inside if name.startswith(("resources", "tests", "typings", "packaging"))]


@pytest.mark.long
def test_the_benchmark_stays_in_the_source_tree(wheel: Path) -> None:
    names = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    assert Path("groundstation/app/bench_cli.py") in names
    assert [name for name in names if "bench" in name.parts] == []


@pytest.mark.parametrize("words", [(), ("fleet", "--vehicles", "3"), ("logs", "--json")])
@pytest.mark.long
def test_an_installed_program_says_where_its_benchmark_is(home: Path, words: tuple[str, ...]) -> None:
    done = run(home / "env" / "bin" / "groundstation", "bench", *words, cwd=home)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert "part of the source tree, not of the installed program: run 'make bench' in a checkout" in done.stderr


def test_the_installed_program_is_the_one_that_runs(home: Path) -> None:
    where = "import groundstation, groundstation.ui.resources as r; print(groundstation.__file__, r.resource_folder())"
    done = run(home / "env" / "bin" / "python", "-c", where, cwd=home)
    assert done.returncode == 0, done.stderr
    assert [str(home) in word for word in done.stdout.split()] == [True, True]


@pytest.mark.long
def test_doctor_is_content_with_an_installed_program(home: Path) -> None:
    done = run(home / "env" / "bin" / "groundstation", "doctor", "--json", cwd=home)
    findings = {one["name"]: one for one in json.loads(done.stdout)}
    assert findings["Resources"]["is_good"]
    assert str(home) in findings["Resources"]["found"]
    assert "make run" not in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.long
def test_an_installed_demo_runs_outside_its_checkout(home: Path, tmp_path: Path) -> None:
    program = home / "env" / "bin" / "groundstation"
    done = run(
        program, "demo", "--vehicles", "1", "--headless", "--duration", "3", "--screenshot", "a.png",
        cwd=tmp_path, XDG_DATA_HOME=str(tmp_path / "data"), XDG_CONFIG_HOME=str(tmp_path / "config"),
    )  # fmt: skip
    assert (done.returncode, (tmp_path / "a.png").is_file()) == (0, True), done.stdout + done.stderr


@pytest.mark.long
def test_an_installation_without_its_resources_says_so_before_qt_and_what_helps(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "env", tmp_path / "env", symlinks=True)
    packages = next((tmp_path / "env" / "lib").glob("python3*")) / "site-packages"
    shutil.rmtree(packages / "groundstation" / "resources")
    python = tmp_path / "env" / "bin" / "python"
    demo = run(python, "-m", "groundstation", "demo", "--headless", "--duration", "2", cwd=tmp_path)
    assert (demo.returncode, len(demo.stderr.splitlines())) == (1, 1), demo.stderr
    assert f"not in {packages / 'groundstation' / 'resources'}; install it again" in demo.stderr
    doctor = run(python, "-m", "groundstation", "doctor", "--json", cwd=tmp_path)
    found = {one["name"]: one for one in json.loads(doctor.stdout)}["Resources"]
    assert (doctor.returncode, found["is_good"], "make run" in doctor.stdout) == (1, False, False)
    assert found["remedy"].startswith(f"install it again, with all it needs: '{python} -m pip install")
