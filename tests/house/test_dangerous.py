"""What the product must not contain: code made of data, shells, clients of other systems, weak random numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "crm")
# module → the files that may import it, for a reason
MODULES = {
    "pickle marshal shelve dill cloudpickle jsonpickle": set(),  # deserialisation that runs code
    "ctypes cffi": {
        "shared/warehouse/walls.py",
        "shared/warehouse/seccomp.py",
        "crm/relief.py",
    },  # calls of the kernel for our own walls, and one of the allocator: free pages go back
    "xml lxml ldap ldap3 memcache pymemcache jinja2 mako": set(),  # XML is read by defusedxml alone
    "smtplib imaplib poplib ftplib telnetlib xmlrpc requests aiohttp": set(),
    "urllib3": {
        "shared/warehouse/" + name for name in ("spawn.py", "session.py", "writer.py")
    },  # of the engine's client
    # the command line and a role, which speak to a process of the suite that the operator names
    "httpx": {"crm/client.py", "shared/door/caller.py"},
    "random": {
        "services/integration/company.py",
        "services/integration/samples.py",
    },  # made-up rows, the same for the same seed
    # this program itself, bounded: to read one workbook, to run the warehouse's engine
    "subprocess multiprocessing": {"crm/drill.py", "shared/tabular/xlsx.py", "shared/warehouse/spawn.py"},
}
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "md5",
    "sha1",
    "full_load",
    "unsafe_load",
    "urlopen",
}
OF_RE = {"compile"}  # re.compile is another
# of pages: text made markup or code, messages of other windows, what keeps people from pasting passwords
IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|onmessage|__proto__"
    r"|onpaste|[\"']paste[\"']|sessionStorage|indexedDB|document\.cookie"
)
# a BroadcastChannel of our own origin is the one way in which tabs of the client speak to each other
IN_CLIENT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|__proto__|onPaste|sessionStorage"
    r"|document\.cookie|window\.postMessage|parent\.postMessage|srcDoc"
)
IN_PAGES = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|(?:src|href)=[\"'](?:https?:)?//|onpaste", re.IGNORECASE)


def offences(path: str, code: str) -> Iterator[str]:
    """What of the above a file does."""
    allowed = {name: files for names, files in MODULES.items() for name in names.split()}
    for node in ast.walk(ast.parse(code)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if path not in allowed.get(name.partition(".")[0], {path}) or name == "urllib.request":
                yield f"{path} imports {name}"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            of = getattr(getattr(node.func, "value", None), "id", "")
            if name in CALLS and not (name in OF_RE and of == "re"):
                yield f"{path} calls {name}"
            if any(k.arg == "shell" for k in node.keywords):
                yield f"{path} asks for a shell"


def test_the_product_holds_none_of_it() -> None:
    files = [p for folder in PRODUCT for p in sorted((ROOT / folder).rglob("*.py"))]
    assert len(files) > 100
    assert [o for p in files for o in offences(str(p.relative_to(ROOT)), p.read_text())] == []


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from xml.etree import ElementTree", "eval(x)", "os.system(x)", "run(x, shell=True)",
     "hashlib.md5(x)", "import httpx", "from random import choice", "from urllib.request import urlopen"],
)  # fmt: skip
def test_the_rule_can_fail(code: str) -> None:
    assert list(offences("services/sales/lead.py", code))


def test_what_is_harmless_passes() -> None:
    assert list(offences("services/sales/lead.py", "import re\nre.compile('a')\nfrom urllib.parse import quote")) == []


def sources_of_the_client() -> list[Path]:
    found = [p for suffix in ("ts", "tsx") for p in (ROOT / "web/src").rglob(f"*.{suffix}")]
    return [p for p in found if ".test." not in p.name]


def test_no_page_makes_markup_or_code_of_text() -> None:
    scripts = [p for folder in PRODUCT for p in sorted((ROOT / folder).rglob("*.js"))]
    pages = [p for folder in PRODUCT for p in sorted((ROOT / folder).rglob("*.html"))] + [ROOT / "web/index.html"]
    client = sources_of_the_client()
    assert len(scripts) > 4
    assert len(pages) > 2
    assert len(client) > 50
    assert [(p.name, m[0]) for p in client for m in IN_CLIENT.finditer(p.read_text())] == []
    assert [(p.name, m[0]) for p in scripts for m in IN_SCRIPTS.finditer(p.read_text())] == []
    assert [(p.name, m[0]) for p in pages for m in IN_PAGES.finditer(p.read_text())] == []


def test_browsers_keep_a_language_and_colours_alone() -> None:
    kept = {
        m for p in (ROOT / "shared/http/static").glob("*.js") for m in re.findall(r'\bkeep\("([\w-]+)"', p.read_text())
    }
    assert kept == {"crm-language", "crm-theme"}
    stores = [p.name for folder in PRODUCT for p in (ROOT / folder).rglob("*.js") if "localStorage" in p.read_text()]
    assert stores == ["page.js"]


def test_passwords_are_asked_for_in_fields_that_browsers_know() -> None:
    pages = {p.stem: p.read_text() for p in (ROOT / "web/src/pages").glob("*.tsx")}
    asking = {name: re.findall(r'autoComplete="([\w-]*password)"', text) for name, text in pages.items()}
    assert {name: found for name, found in asking.items() if found} == {
        "sign-in": ["current-password"],
        "set-up": ["new-password"],
        "invitation": ["new-password"],
    }
