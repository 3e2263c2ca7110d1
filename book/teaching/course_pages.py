"""What some pages of the course take from other files, so that it is written once.

    python book/teaching/course_pages.py           make these parts of the pages anew

- instructor/mark-schemes.md: the question and the mark scheme of each written answer, from the sources of the assignments.
- map.md: where each aim is taught, practised and examined, from map.toml.
"""

import json
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import slides              # noqa: E402 (beside this file)

SOURCES = HERE / "assignments" / "source"


def written(assignment):
    """The question of an assignment's written task, its mark scheme, and its points."""
    cells = json.loads((SOURCES / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8"))["cells"]
    for above, cell in zip(cells, cells[1:], strict=False):
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "markdown" and about.get("grade"):
            question, scheme = "".join(above["source"]).split("\n", 1)[1].split("=== BEGIN MARK SCHEME ===\n")
            return question.strip(), scheme.removesuffix("=== END MARK SCHEME ===").strip(), about["points"]
    raise ValueError(f"{assignment} has no written answer that a person marks")


def quoted(text):
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def with_schemes(text):
    """The page of mark schemes with question and scheme after each comment `% written: ASSIGNMENT` made anew."""
    def block(match):
        question, scheme, _ = written(match[2])
        return f"{match[1]}{quoted(question)}\n\n{scheme}\n" + "\n" * bool(match[3])
    return re.sub(r"(^% written: ([\w-]+)\n\n).*?(?=^(## )|\Z)", block, text, flags=re.M | re.S)


# --- the map

def aims():
    """The aims of the course: dicts as map.toml has them, each with the number of its lecture."""
    every = tomllib.loads((HERE / "map.toml").read_text(encoding="utf-8"))["lecture"]
    return [aim | {"lecture": int(number)} for number, lecture in every.items() for aim in lecture]


def map_table():
    rows = ["| students can | slides | exercises | practised and examined |", "|:--|:--|:--|:--|"]
    titles = {number: slides.titles(lecture) for number, lecture in enumerate(slides.lectures(), 1)}
    last = None
    for aim in aims():
        number = aim["lecture"]
        if number != last:
            rows.append(f"| **Lecture {number}** | | | |")
            last = number
        pages = [str(page) for title in aim["slides"] for page, there in titles[number].items() if there == title]
        exercises = [f"{{ref}}`{label}`" for label in aim.get("exercises", [])]
        exam = [each.replace("AB", "A, B ").replace("P", "practice ") for each in aim.get("exam", [])]
        asked = {"assignment": aim.get("assignments", []), "set": aim.get("problems", []), "exam": exam, "quiz": aim.get("quiz", [])}
        asked = "; ".join(f"{kind} {', '.join(which)}" for kind, which in asked.items() if which)
        rows.append(f"| {aim['aim']} | {', '.join(pages)} | {', '.join(exercises)} | {asked} |")
    return rows


def with_map(text):
    return re.sub(r"(^% table: map\n\n)(?:\|.*\n)*", lambda match: match[1] + "\n".join(map_table()) + "\n", text, flags=re.M)


PAGES = {HERE / "instructor" / "mark-schemes.md": with_schemes, HERE / "map.md": with_map}


def main():
    for path, made in PAGES.items():
        path.write_text(made(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
