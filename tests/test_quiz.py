"""The clicker questions: numbers computed again, and the files for Moodle and Canvas read back."""

import html
import importlib.util
import re
import xml.etree.ElementTree as ET
import zipfile

import numpy as np
import pytest
from conftest import ROOT

TEACHING = ROOT / "book" / "teaching"
SPEC = importlib.util.spec_from_file_location("quiz", TEACHING / "quiz.py")
quiz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(quiz)

QUESTIONS = quiz.questions()
NAMES = [question["id"] for question in QUESTIONS]
FUNCTIONS = {name: getattr(np, name) for name in ("exp", "sqrt", "log", "log2", "tan", "pi")}


def number(text):
    """The number that an answer is, with half of a unit of its last digit; None if it is words."""
    match = re.fullmatch(r"\$?(\d+(?:\.\d+)?)(?: \\cdot 10\^\{(-?\d+)\})?\$?", text)
    if not match:
        return None
    power = 10.0 ** int(match[2] or 0)
    return float(match[1]) * power, 0.5 * 10.0 ** -len(match[1].partition(".")[2]) * power


def test_forty_questions_on_all_lectures():
    assert len(NAMES) == len(set(NAMES)) == 40 and {quiz.lecture_of(question) for question in QUESTIONS} == set(range(1, 17))
    assert "Forty clicker questions" in (TEACHING / "quiz.toml").read_text(encoding="utf-8")
    assert NAMES == sorted(NAMES, key=lambda name: (int(name[:-1]), name[-1]))


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_a_question_has_one_right_answer_and_three_that_tempt(question):
    assert set(question) <= {"id", "text", "right", "why", "wrong", "check"} and len(question["wrong"]) == 3
    texts = [text for text, _, _ in quiz.answers(question)]
    assert len(set(texts)) == 4 and [right for _, right, _ in quiz.answers(question)] == [True, False, False, False]
    assert all(len(why) > 5 for _, _, why in quiz.answers(question))
    assert all(text.count("$") % 2 == 0 for text in (question["text"], *texts, *(why for *_, why in quiz.answers(question))))
    values = [number(text) for text in texts]
    assert ("check" in question) == (values[0] is not None), "an answer that is a number says how to compute it"
    if "check" in question:
        value = eval(question["check"], FUNCTIONS)
        assert abs(value - values[0][0]) <= values[0][1] * 1.0001, f"the answer is {value:.4g}"
        for other in values[1:]:
            assert abs(other[0] - value) > other[1] and abs(other[0] - value) > 0.03 * abs(value), f"{other[0]} is right, too"


def text_of(element):
    """What a reader of the platform sees of an element that holds HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", element.text))


def plain(text):
    return re.sub(r"\$(.+?)\$", r"\\(\1\\)", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("quiz")
    quiz.main(["--out", str(out)])
    return out


def test_moodle_reads_the_same(folder):
    root = ET.parse(folder / "moodle.xml").getroot()
    made = [each for each in root if each.get("type") == "multichoice"]
    assert root.tag == "quiz" and len(made) == 40
    assert [text_of(each.find("category/text")) for each in root if each.get("type") == "category"] == \
        [f"$course$/top/The Shape of Motion/Lecture {number}" for number in range(1, 17)]
    assert len({each.findtext("idnumber") for each in made}) == len({each.findtext("name/text") for each in made}) == 40
    for each, question in zip(made, QUESTIONS, strict=True):
        assert text_of(each.find("questiontext/text")) == plain(question["text"]) and each.findtext("single") == "true"
        read = [(text_of(answer.find("text")), answer.get("fraction"), text_of(answer.find("feedback/text"))) for answer in each.findall("answer")]
        assert read == [(plain(text), "100" if right else "0", plain(why)) for text, right, why in quiz.answers(question)]


def test_canvas_reads_the_same(folder):
    with zipfile.ZipFile(folder / "canvas.zip") as package:
        manifest, assessment = (ET.fromstring(package.read(name)) for name in ("imsmanifest.xml", "quiz.xml"))
        names = package.namelist()
    assert [each.get("href") for each in manifest.iter() if each.get("href")] == ["quiz.xml", "quiz.xml"] and "quiz.xml" in names
    assert [each.get("type") for each in manifest.iter() if each.get("type")] == ["imsqti_xmlv1p2"]
    q = f"{{{quiz.QTI}}}"
    items = list(assessment.iter(f"{q}item"))
    idents = [each.get("ident") for each in assessment.iter() if each.get("ident") not in (None, "response1")]
    assert len(items) == 40 and len(idents) == len(set(idents))
    for item, question in zip(items, QUESTIONS, strict=True):
        assert text_of(item.find(f"{q}presentation/{q}material/{q}mattext")) == plain(question["text"])
        labels = {each.get("ident"): text_of(each.find(f".//{q}mattext")) for each in item.iter(f"{q}response_label")}
        said = {each.get("ident"): text_of(each.find(f".//{q}mattext")) for each in item.iter(f"{q}itemfeedback")}
        heard, right = {}, []
        for condition in item.iter(f"{q}respcondition"):
            chosen = condition.findtext(f"{q}conditionvar/{q}varequal")
            if (display := condition.find(f"{q}displayfeedback")) is not None:
                heard[labels[chosen]] = said[display.get("linkrefid")]
            if (score := condition.find(f"{q}setvar")) is not None:
                right.append((labels[chosen], score.text))
        assert right == [(plain(question["right"]), "100")]
        assert heard == {plain(text): plain(why) for text, _, why in quiz.answers(question)}


def test_the_same_questions_make_the_same_files(folder, tmp_path):
    quiz.main(["--out", str(tmp_path)])
    assert all((tmp_path / name).read_bytes() == (folder / name).read_bytes() for name in ("moodle.xml", "canvas.zip", "questions.md"))


def test_some_lectures_alone(tmp_path, capsys):
    quiz.main(["--lectures", "2", "12", "--out", str(tmp_path)])
    assert "6 questions" in capsys.readouterr().out
    assert re.findall(r"^\*\*(\w+)\*\*", (tmp_path / "questions.md").read_text(encoding="utf-8"), re.M) == ["2a", "2b", "2c", "12a", "12b", "12c"]
    with pytest.raises(SystemExit, match="no questions for lecture 17; there are some for 1 to 16"):
        quiz.questions([17])


def test_make_hands_the_lectures_on():
    assert re.search(r"^quiz: .*\n\t.*quiz\.py --lectures \$\(LECTURES\)$", (ROOT / "Makefile").read_text(), re.M)
