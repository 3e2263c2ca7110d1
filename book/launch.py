"""Launch buttons, from one setting: a Sphinx extension of this book.

`book_repository` in `_config.yml` is the address of a published copy. With it every chapter has buttons that open it on Binder and
Colab, and the copy's own address; `book_jupyterhub` adds one for a JupyterHub. Without it there is no button and no link. See
`reference/publishing.md`.
"""

import html
import posixpath
import re

from sphinx.errors import ConfigError

BINDER, COLAB = "https://mybinder.org", "https://colab.research.google.com"
SETTINGS = {"book_repository": "", "book_branch": "main", "book_jupyterhub": ""}

# Colab opens one notebook and nothing beside it: neither the library nor the stored results
ON_COLAB = """!git clone --depth 1 --branch {branch} {repository}
%pip install --quiet ./{name}
%cd {name}/book/{folder}"""


def options(repository, branch="main", jupyterhub=""):
    """The theme's options that the address of a repository switches on; none if it is empty.

    Raises
    ------
    ConfigError
        If an address is not one.
    """
    if not repository:
        return {}
    if not re.fullmatch(r"https://(github|gitlab)\.com/[\w.-]+/[\w.-]+", repository):
        raise ConfigError(f"book_repository must look like https://github.com/NAME/REPOSITORY (or gitlab.com), got {repository!r}")
    if jupyterhub and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", jupyterhub):
        raise ConfigError(f"book_jupyterhub must be the address of a JupyterHub, such as https://hub.example.org, got {jupyterhub!r}")
    on_github = repository.startswith("https://github.com/")          # Colab opens notebooks from there only
    return {"repository_url": repository, "repository_branch": branch, "path_to_docs": "book", "use_repository_button": True,
            "launch_buttons": {"notebook_interface": "jupyterlab", "binderhub_url": BINDER, "colab_url": COLAB if on_github else "",
                               "jupyterhub_url": jupyterhub}}


def switch_on(app, config):
    """Merge the options into the theme's."""
    repository = config.book_repository.strip().rstrip("/").removesuffix(".git")
    config.html_theme_options = {**config.html_theme_options, **options(repository, config.book_branch, config.book_jupyterhub)}


def advise(app, page, template, context, doctree):
    """On a chapter that Colab can open, say what to run there first."""
    theme = app.config.html_theme_options
    if not theme.get("launch_buttons", {}).get("colab_url") or not context.get("page_source_suffix") == ".ipynb":
        return
    lines = ON_COLAB.format(repository=theme["repository_url"], branch=theme["repository_branch"],
                            name=theme["repository_url"].rsplit("/", 1)[1], folder=posixpath.dirname(page)).rstrip("/")
    note = (f"<details><summary>To run this page on Colab</summary><p>Run this in a new first cell:</p>"
            f"<pre>{html.escape(lines)}</pre></details>")
    context["body"] = context["body"].replace("</h1>", f"</h1>{note}", 1)


def setup(app):
    for name, default in SETTINGS.items():
        app.add_config_value(name, default, "html", [str])
    app.connect("config-inited", switch_on)
    app.connect("html-page-context", advise)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
