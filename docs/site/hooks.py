# SPDX-License-Identifier: BSD-3-Clause
"""What the site needs besides its settings.

Pages link to files of the repository outside of docs/; on the site these links lead to copies under source/. Pages that
the navigation does not name stand at its end. Notebooks are pages with the outputs stored in them, some modules of the
Python package have a page each, and the portal page, where it has been built, is part of the site. Doxygen writes
the C++ reference, cpp/, from the comments in the headers.
"""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parent))
from notebook_pages import page_of

ROOT = Path(__file__).resolve().parents[2]
CPP = "cpp/index.html"
WIDE = ".md-grid { max-width: 84rem } .md-typeset code { font-size: .78em }\n"  # for tables as wide as what_if's
LINK = re.compile(r"(\]\(\s*)((?:\.\./)+[^)\s#]*)")


def target_of(page: str, link: str) -> str | None:
    """The path in the repository of what a page links to outside of docs/; None for what is a page itself."""
    path = os.path.normpath(os.path.join("docs", os.path.dirname(page), link))
    return None if path.startswith(("docs/", "..")) else path


def listing(folder: Path) -> str:
    """A folder as a page: its files, each as a link."""
    entries = sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
    lines = "\n".join(f"<li>{html.escape(name)}</li>" for name in entries)
    name = html.escape(str(folder.relative_to(ROOT)))
    return f"<!doctype html><meta charset='utf-8'><title>{name}</title><h1>{name}</h1><ul>\n{lines}\n</ul>\n"


def cpp_reference(config: MkDocsConfig) -> File:
    """Lets Doxygen write into the site's folder; gives the first page, which the navigation names."""
    if not shutil.which("doxygen"):
        return File.generated(config, CPP, content="<!doctype html><p>Doxygen was not there to write this.</p>\n")
    settings = (ROOT / "docs/site/Doxyfile").read_text(encoding="utf-8")
    Path(config.site_dir).mkdir(parents=True, exist_ok=True)
    settings += f'OUTPUT_DIRECTORY = "{config.site_dir}"\n'
    run = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise PluginError(f"doxygen: {run.stderr}")
    return File.generated(config, CPP, abs_src_path=str(Path(config.site_dir) / CPP))


def named(nav: object) -> set[str]:
    """The pages that a navigation names."""
    if isinstance(nav, str):
        return {nav}
    parts = nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else []
    return {page for part in parts for page in named(part)}


MODULES = ("plot", "zoo", "layers", "search")
PORTAL = ROOT / "build/portal.html"
EMBEDDED = (
    '<iframe src="portal_live.html" title="The portal page" style="width:100%;height:80vh;border:1px solid #8888">'
)


def add_notebooks(files: Files, config: MkDocsConfig) -> None:
    for notebook in sorted((ROOT / "examples/notebooks").glob("*.ipynb")):
        text, pictures = page_of(notebook)
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=text))
        for name, picture in pictures.items():
            files.append(File.generated(config, f"notebooks/{name}", content=picture))


def add_modules(files: Files, config: MkDocsConfig) -> None:
    for name in MODULES:
        where = f"qutibench._core.{name}" if name == "layers" else f"qutibench.{name}"
        text = f'# qb.{name}\n\n::: {where}\n    options:\n      filters: ["!^_", "!^Table$"]\n'
        files.append(File.generated(config, f"python_api/{name}.md", content=text))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    add_notebooks(files, config)
    add_modules(files, config)
    if PORTAL.is_file():
        files.append(File.generated(config, "portal_live.html", abs_src_path=str(PORTAL)))
    for page in list(files.documentation_pages()):
        for found in LINK.finditer(page.content_string):
            target = target_of(page.src_uri, found[2])
            if not target or not (ROOT / target).exists():
                continue
            path = ROOT / target
            if path.is_dir():
                copy = File.generated(config, f"source/{target}/index.html", content=listing(path))
            else:
                name = f"source/{target}.txt" if path.suffix == ".md" else f"source/{target}"
                copy = File.generated(config, name, abs_src_path=str(path))
            if copy.src_uri not in files.src_uris:
                files.append(copy)
    files.append(File.generated(config, "assets/wide.css", content=WIDE))
    files.append(cpp_reference(config))
    others = sorted({page.src_uri for page in files.documentation_pages()} - named(config.nav))
    if others:
        config.nav = [*(config.nav or []), {"More": others}]
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    up = "../" * page.file.src_uri.count("/")
    live = f"{EMBEDDED}</iframe>\n\n[In a window of its own](portal_live.html)\n" if PORTAL.is_file() else ""
    markdown = markdown.replace("<!-- the page itself -->", live)

    def replaced(found: re.Match[str]) -> str:
        target = target_of(page.file.src_uri, found[2])
        if not target or not (ROOT / target).exists():
            return found[0]  # and the link is reported as broken
        path = ROOT / target
        end = "/index.html" if path.is_dir() else ".txt" if path.suffix == ".md" else ""
        return f"{found[1]}{up}source/{target}{end}"

    return LINK.sub(replaced, markdown)
