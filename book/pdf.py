"""The book on paper: one PDF, by way of LaTeX.

    python book/pdf.py                    _build/pdf/the-shape-of-motion.pdf
    python book/pdf.py --tex-only         stop before LaTeX: what a machine without it can check

Paper has no scripts. So the book is copied, each live figure is replaced by the still that stands in front of it, drawings in SVG
become PDF, and the copy is built with the book's own `_config.yml` and what `PRINT` adds to it. The notebooks themselves are not
touched. It needs XeLaTeX, latexmk, rsvg-convert and some fonts; without them it says what to install.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import nbformat
import pybtex.database
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = ROOT / "_build" / "pdf"
NAME = "the-shape-of-motion"
PACKAGES = ("apt-get install texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended texlive-xetex latexmk "
            "fonts-texgyre fonts-texgyre-math fonts-lmodern fonts-dejavu-core librsvg2-bin")
DRAWING = re.compile(r"(```\{figure\} \S+)\.svg")
STILL = re.compile(r'<div class="live-fallback"><img [^>]*?src="data:image/png;base64,([^"]+)"')
WIDEST = 20          # points by which a line may stick out of the text before it is an error

PREAMBLE = r"""
\usepackage{newunicodechar}
\newfontfamily\symbols{DejaVu Sans}
\newunicodechar{✓}{{\symbols ✓}}
\newunicodechar{✗}{{\symbols ✗}}
\newunicodechar{★}{{\symbols ★}}
\providecommand{\dd}{\mathrm{d}}
\setlength{\emergencystretch}{3em}
\fvset{fontsize=\footnotesize}
\setcounter{tocdepth}{1}
"""

PRINT = {
    "latex_engine": "xelatex",
    "latex_use_xindy": False,
    "latex_domain_indices": False,
    "today_fmt": "%-d %B %Y",
    "latex_show_urls": "no",
    "latex_elements": {
        "papersize": "a4paper",
        "pointsize": "10pt",
        "fontpkg": "\\setmainfont{TeX Gyre Pagella}\n\\setsansfont{TeX Gyre Heros}[Scale=0.92]\n"
                   "\\setmonofont{DejaVu Sans Mono}[Scale=0.82]",
        "sphinxsetup": "hmargin={2.4cm,2.4cm}, vmargin={2.4cm,2.6cm}, verbatimwithframe=false, "
                       "VerbatimColor={rgb}{0.965,0.97,0.975}, verbatimwrapslines=true, verbatimforcewraps=true",
        "extraclassoptions": "openany,oneside",
        "fncychap": "",
        "figure_align": "H",          # a figure belongs to its cell; and a solution's box holds no floating ones
        "makeindex": "",
        "printindex": "",
        "preamble": PREAMBLE,
    },
}


def in_words(text, entries):
    """A caption with its citations as words: LaTeX's captions hold no links."""
    def words(match):
        entry = entries[match[1]]
        names = [" ".join(person.last_names) for person in entry.persons["author"]]
        return f"{names[0] if len(names) == 1 else f'{names[0]} and {names[1]}' if len(names) == 2 else f'{names[0]} et al.'} ({entry.fields['year']})"
    return re.sub(r"\{cite:t\}`([^`]+)`", words, text).replace("⁻¹", "$^{-1}$")          # a sign that the text's font has not


def on_paper(notebook, entries):
    """Give each live figure its still as its picture, and captions their citations in words; return how many stills there were."""
    count = 0
    for cell in notebook.cells:
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if "caption" in figure:
            figure["caption"] = in_words(figure["caption"], entries)
        for output in cell.get("outputs", []):
            still = STILL.search(output.get("data", {}).get("text/html", ""))
            if still:
                output["data"] = {"image/png": still[1], "text/plain": output["data"].get("text/plain", "")}
                count += 1
    return count


def source(out=OUT, book=ROOT / "book"):
    """Copy the book to `out`/book, ready for paper, with a configuration beside it; return the number of stills."""
    copy = out / "book"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(book, copy, ignore=shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints"))
    entries, stills = pybtex.database.parse_file(book / "references.bib").entries, 0
    for path in copy.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        stills += on_paper(notebook, entries)
        nbformat.write(notebook, path)
    for path in copy.rglob("*.md"):
        path.write_text(DRAWING.sub(r"\1.pdf", path.read_text(encoding="utf-8")), encoding="utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings = config["sphinx"]["config"]
    settings["extensions"] = [name for name in settings["extensions"] if "mathjax" not in name] + ["sphinx_jupyterbook_latex"]
    settings |= PRINT
    config["latex"] = {"latex_documents": {"targetname": f"{NAME}.tex"}}
    (out / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return stills


def mended(text, numbered):
    """LaTeX as Sphinx writes it, with what it gets wrong for this book put right.

    Links to exercises and theorems name labels that their boxes do not have. Parts bring their numbers in their names, and chapters are
    numbered in those parts only that `_toc.yml` numbers, so that a chapter has the same number on paper as on the screen. Code in a table may be broken at a hyphen.
    """
    numbers = dict(re.findall(r"\\label\{exercise:([\w-]+)\}\s*\\begin\{sphinxadmonition\}\{note\}\{Exercise ([\d.]+)", text))
    text = re.sub(r"Exercise \\ref\{\\detokenize\{[^}]*:(ex-[\w-]+)\}\}", lambda found: f"Exercise {numbers[found[1]]}", text)
    text = re.sub(r"\\hyperref\[\\detokenize\{[^}]*:(ex-[\w-]+)\}\]", r"\\hyperref[exercise:\1]", text)
    for label in re.findall(r"\\label\{None:([\w-]+)\}", text):
        text = re.sub(r"\\hyperref\[\\detokenize\{[^}]*:" + label + r"\}\]", rf"\\hyperref[None:{label}]", text)
    text = re.sub(r"\\part\{(.*?)\}", lambda found: rf"\setcounter{{secnumdepth}}{{-2}}{found[0]}\setcounter{{secnumdepth}}{{{1 if found[1] in numbered else -2}}}", text)
    text = re.sub(r"\\sphinxupquote\{[^{}]*(?:\{\}[^{}]*)*\}", lambda code: code[0].replace(r"\sphinxhyphen{}", r"\sphinxhyphen{}\allowbreak{}"), text)
    return text.replace("\\chapter{Index}", "")          # a heading with nothing under it


def tex(out=OUT):
    """Build the LaTeX sources of the copy in `out` with warnings as errors; return their folder."""
    for drawing in (out / "book").rglob("*.svg"):
        subprocess.run(["rsvg-convert", "--format", "pdf", "--output", drawing.with_suffix(".pdf"), drawing], check=True)
    subprocess.run([pathlib.Path(sys.executable).with_name("jupyter-book"), "build", "book", "--config", "_config.yml", "--path-output", ".",
                    "--builder", "latex", "-W", "-n", "--keep-going", "--all", "--quiet"], cwd=out, check=True)
    folder = out / "_build" / "latex"
    parts = yaml.safe_load((out / "book" / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    main = folder / f"{NAME}.tex"
    main.write_text(mended(main.read_text(encoding="utf-8"), {part["caption"] for part in parts if part.get("numbered")}), encoding="utf-8")
    (folder / "bbm.sty").write_text("\\ProvidesPackage{bbm}\n\\newcommand{\\mathbbm}{\\mathbb}\n")          # asked for by the class, used nowhere
    return folder


def typeset(folder):
    """Run XeLaTeX until references are settled; return the PDF and what is wrong with it, as a list of sentences."""
    subprocess.run(["latexmk", "-xelatex", "-interaction=nonstopmode", "-quiet", f"{NAME}.tex"], cwd=folder,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pdf, log = folder / f"{NAME}.pdf", (folder / f"{NAME}.log").read_text(encoding="utf-8", errors="replace")
    problems = [] if pdf.is_file() else ["LaTeX wrote no PDF"]
    problems += re.findall(r"^! .*$", log, re.M)
    problems += re.findall(r"Missing character: .*$", log, re.M)
    problems += re.findall(r"^LaTeX Warning: There were undefined .*$", log, re.M)
    problems += [line for line in re.findall(r"^Overfull \\hbox .*$", log, re.M) if float(re.search(r"\(([\d.]+)pt", line)[1]) > WIDEST]
    return pdf, sorted(set(problems))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tex-only", action="store_true")
    wanted = parser.parse_args()
    programs = ["rsvg-convert"] if wanted.tex_only else ["rsvg-convert", "xelatex", "latexmk"]
    if missing := [name for name in programs if not shutil.which(name)]:
        sys.exit(f"not installed: {', '.join(missing)}; on Debian\n\n    {PACKAGES}")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    print(f"{source()} live figures replaced by their stills")
    folder = tex()
    if wanted.tex_only:
        return print(folder)
    pdf, problems = typeset(folder)
    if problems:
        sys.exit("\n".join([f"see {folder / NAME}.log:", *problems]))
    final = OUT / f"{NAME}.pdf"
    shutil.copyfile(pdf, final)
    pages = re.search(r"Output written on .*?\((\d+) pages", (folder / f"{NAME}.log").read_text(errors="replace"), re.S)[1]
    print(f"{final}: {pages} pages, {final.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
