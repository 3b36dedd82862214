# SPDX-License-Identifier: Apache-2.0
"""`make run` and `make test` on a machine that lacks something: said first and at once, done once, mended when moved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("groundstation", "resources", "packaging", "pyproject.toml", "setup.py", "README.md")
NOBODY = "http://127.0.0.1:9/simple"
"""A package index that does not answer: the discard port, on which nothing listens."""
pytestmark = pytest.mark.timeout(240)


def checkout(folder: Path) -> Path:
    """A copy of what the set-up needs."""
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def set_up(folder: Path, what: str, *, first_on_path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The script as make calls it, with no package index that answers."""
    path = os.environ["PATH"] if first_on_path is None else f"{first_on_path}:{os.environ['PATH']}"
    without = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        ["sh", "packaging/setup.sh", what],
        cwd=folder,
        env={**without, "PATH": path, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": NOBODY, "PIP_RETRIES": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def made_environment(folder: Path) -> None:
    """A real .venv with the editable program, on the libraries of these tests."""
    venv = [sys.executable, "-m", "venv", str(folder / ".venv")]
    subprocess.run(venv, check=True, capture_output=True)
    packages = next((folder / ".venv" / "lib").glob("python3*")) / "site-packages"
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    words = [
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--ignore-installed",
        "--editable",
    ]
    done = subprocess.run(
        [str(folder / ".venv" / "bin" / "python"), "-m", "pip", *words, str(folder)],
        cwd=folder, env={**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")},  # builds with the tests' setuptools
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def stamped(folder: Path, level: str) -> None:
    """As if a set-up had come to its end there: its own stamp, of the level asked for."""
    script = (folder / "packaging" / "setup.sh").read_text()
    made_from = next(line for line in script.splitlines() if line.startswith("made_from()"))
    said = subprocess.run(
        ["sh", "-c", f"{made_from}\nmade_from"], cwd=folder, capture_output=True, text=True, check=True
    )
    (folder / ".venv" / ".installed").write_text(f"{level}\n{said.stdout}{folder.resolve()}\n")


def where(folder: Path, cwd: Path) -> str:
    """Which code the console script of a checkout runs."""
    script = folder / ".venv" / "bin" / "groundstation"
    first = script.read_bytes().split(b"\n", 1)[0]
    assert b"python" in first or first == b"#!/bin/sh"
    version = subprocess.run([script, "--version"], cwd=cwd, capture_output=True, text=True, check=False)
    assert version.returncode == 0, version.stderr
    code = "import groundstation; print(groundstation.__file__)"
    python = folder / ".venv" / "bin" / "python"
    return subprocess.run([python, "-c", code], cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that was set up with `make run`."""
    folder = checkout(tmp_path_factory.mktemp("made") / "checkout")
    made_environment(folder)
    stamped(folder, "run")
    return folder


@pytest.mark.parametrize(("level", "what"), [("run", "run"), ("test", "run"), ("test", "test")])
@pytest.mark.long
def test_what_was_set_up_is_not_set_up_again(made: Path, level: str, what: str) -> None:
    stamped(made, level)
    done = set_up(made, what)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.long
def test_the_test_tools_without_a_network_are_one_line_and_leave_the_program_as_it_is(made: Path) -> None:
    stamped(made, "run")
    before = (made / ".venv" / ".installed").read_text()
    done = set_up(made, "test")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stdout + done.stderr
    assert "the package index does not answer: connect to the network and run 'make test' again" in done.stderr
    assert len(done.stdout.splitlines()) <= 3, done.stdout
    assert (made / ".venv" / ".installed").read_text() == before
    assert set_up(made, "run").returncode == 0


@pytest.mark.parametrize("place", ["plain", "with a space", "deep" * 40])
@pytest.mark.parametrize("way", ["moved", "copied"])
@pytest.mark.long
def test_a_moved_or_copied_checkout_runs_its_own_code_without_a_network(
    made: Path, tmp_path: Path, place: str, way: str
) -> None:
    old, new = tmp_path / "old", tmp_path / place / "new"
    shutil.copytree(made, old, symlinks=True)
    stamped(made, "run")
    assert set_up(old, "run").returncode == 0
    assert where(old, tmp_path).startswith(str(old))
    new.parent.mkdir()
    if way == "moved":
        old.rename(new)
    else:
        shutil.copytree(old, new, symlinks=True)
    done = set_up(new, "run")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1), done.stdout + done.stderr
    assert "mending the paths in .venv" in done.stdout
    assert where(new, tmp_path) == str(new / "groundstation" / "__init__.py")
    assert set_up(new, "run").stdout == ""
    left = [
        one for one in (new / ".venv" / "bin").iterdir() if one.is_file() and f"{old}/".encode() in one.read_bytes()
    ]
    assert left == []


@pytest.mark.long
def test_an_environment_of_another_python_is_made_anew(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "upgraded"
    shutil.copytree(made, folder, symlinks=True)
    library = next((folder / ".venv" / "lib").glob("python3*"))
    library.rename(library.with_name("python3.9"))
    done = set_up(folder, "run")
    assert done.returncode == 1  # without a network it comes no farther
    assert "making .venv with Python 3" in done.stdout
    assert library.is_dir()


def bare_machine(folder: Path, sudo: str = "") -> Path:
    """Programs that answer as those of a bare Debian, whose user is not root; nothing here can be had otherwise."""
    folder.mkdir()
    answers = {"id": "echo 1000", "ldconfig": "exit 0", "apt-get": "echo apt-get was called; exit 1"}
    if sudo:
        answers["sudo"] = sudo
    for name, words in answers.items():
        (folder / name).write_text(f"#!/bin/sh\n{words}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("sudo", ["", "exit 1"])
def test_a_user_without_rights_is_told_everything_first_in_one_line(tmp_path: Path, sudo: str) -> None:
    folder = checkout(tmp_path / "checkout")
    done = set_up(folder, "test", first_on_path=bare_machine(tmp_path / "bin", sudo))
    assert (done.returncode, done.stdout) == (1, "")
    _, line = done.stderr.splitlines()
    packages = {
        one.split()[1]
        for one in (ROOT / "resources" / "qt-libraries.txt").read_text().splitlines()
        if not one.startswith("#")
    }
    has_sudo = bool(sudo) or shutil.which("sudo") is not None
    start = "sudo apt-get update && sudo apt-get install -y" if has_sudo else "apt-get update && apt-get install -y"
    assert line.startswith(start)
    names = line.partition("--no-install-recommends ")[2].partition(" && ")[0].split()
    assert packages <= set(names)
    assert len(names) == len(set(names))
    assert not (folder / ".venv").exists()


def test_packages_that_apt_cant_install_are_one_line_with_all_of_them(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "checkout")
    machine = bare_machine(tmp_path / "bin")
    (machine / "id").write_text("#!/bin/sh\necho 0\n")
    done = set_up(folder, "run", first_on_path=machine)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "apt could not install the packages" in done.stderr
    assert "libxcb-cursor0" in done.stderr
    assert not (folder / ".venv").exists()
