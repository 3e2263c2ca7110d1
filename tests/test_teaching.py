"""The teaching pages: what they promise each other."""

import re

from conftest import ROOT

TEACHING = ROOT / "book" / "teaching"


def text_of(name):
    return (TEACHING / name).read_text(encoding="utf-8")


def test_the_page_on_language_models_is_short_and_linked():
    assert len(text_of("honesty.md").split()) <= 900
    for page in ("syllabus.md", "assignments.md"):
        assert "{doc}`honesty`" in text_of(page), page


def test_the_oral_takes_five_minutes_and_has_ten_points():
    oral = re.search(r"\(honesty-oral\)=.*?(?=^## Without)", text_of("honesty.md"), re.S | re.M)[0]
    assert re.findall(r"^\| (\d+–\d+) \|", oral, re.M) == ["0–1", "1–2", "2–3", "3–4", "4–5"]
    assert "Give each row 2, 1 or 0" in oral and re.findall(r"^\| (\d+) to (\d+) \|", oral, re.M) == [("6", "10"), ("3", "5"), ("0", "2")]
