"""The wheel and the sdist carry the built web client, where there is one: `make web` builds it."""

from pathlib import Path
from shutil import copytree

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

DIST = Path(__file__).parent / "web" / "dist"


class WithClient(build_py):
    def run(self) -> None:
        super().run()
        if DIST.is_dir() and not self.editable_mode:
            copytree(DIST, Path(self.build_lib) / "crm" / "web", dirs_exist_ok=True)


class SourceWithClient(sdist):
    def add_defaults(self) -> None:
        super().add_defaults()
        self.filelist.extend(str(path.relative_to(DIST.parents[1])) for path in DIST.rglob("*") if path.is_file())


setup(cmdclass={"build_py": WithClient, "sdist": SourceWithClient})
