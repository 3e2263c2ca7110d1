"""The clicker questions of quiz.toml as files for a learning platform, and as a list to print.

    python book/teaching/quiz.py                   all questions, into _build/quiz
    python book/teaching/quiz.py --lectures 1 2    those of these lectures only

moodle.xml is Moodle's own XML; canvas.zip a package of QTI 1.2, which Canvas and others import; questions.md has the answers, with why
they are right and why the others tempt.
"""

import argparse
import html
import pathlib
import re
import sys
import tomllib
import xml.etree.ElementTree as ET
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "_build" / "quiz"
TITLE = "The Shape of Motion"
QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"


def questions(lectures=()):
    """The questions, as dicts; those of these lectures only, if any are named."""
    every = tomllib.loads((HERE / "quiz.toml").read_text(encoding="utf-8"))["question"]
    known = {lecture_of(question) for question in every}
    if unknown := sorted(set(lectures) - known):
        sys.exit(f"no questions for lecture {unknown[0]}; there are some for {min(known)} to {max(known)}")
    return [question for question in every if not lectures or lecture_of(question) in lectures]


def lecture_of(question):
    return int(re.match(r"\d+", question["id"])[0])


def answers(question):
    """(text, whether it is right, what is said to it) of each answer, the right one first."""
    return [(question["right"], True, question["why"]), *((text, False, why) for text, why in question["wrong"])]


def markup(text):
    r"""A text with $...$ as HTML with \(...\), which the MathJax of both platforms reads."""
    pieces = re.split(r"\$(.+?)\$", text)
    return "".join(rf"\({html.escape(piece, quote=False)}\)" if number % 2 else html.escape(piece, quote=False)
                   for number, piece in enumerate(pieces))


def element(parent, tag, text=None, **attributes):
    made = ET.SubElement(parent, tag, attributes)
    made.text = text
    return made


def document(root):
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def moodle(chosen):
    """The questions in Moodle's XML, one category a lecture."""
    quiz, category = ET.Element("quiz"), None
    for question in chosen:
        if lecture_of(question) != category:
            category = lecture_of(question)
            heading = element(quiz, "question", type="category")
            element(element(heading, "category"), "text", f"$course$/top/{TITLE}/Lecture {category}")
        made = element(quiz, "question", type="multichoice")
        element(element(made, "name"), "text", f"{question['id']} {short(question)}")
        element(element(made, "questiontext", format="html"), "text", f"<p>{markup(question['text'])}</p>")
        element(element(made, "generalfeedback", format="html"), "text", f"<p>{markup(question['why'])}</p>")
        for tag, text in {"defaultgrade": "1", "penalty": "0.3333333", "hidden": "0", "idnumber": f"shape-of-motion-{question['id']}",
                          "single": "true", "shuffleanswers": "true", "answernumbering": "abc"}.items():
            element(made, tag, text)
        for text, right, why in answers(question):
            answer = element(made, "answer", fraction="100" if right else "0", format="html")
            element(answer, "text", f"<p>{markup(text)}</p>")
            element(element(answer, "feedback", format="html"), "text", f"<p>{markup(why)}</p>")
    return document(quiz)


def short(question):
    """The beginning of a question, as a name."""
    words = re.sub(r"\$.+?\$", "…", question["text"]).split()
    return " ".join(words[:7])


def qti(chosen):
    """The questions as an assessment of QTI 1.2."""
    root = ET.Element("questestinterop", xmlns=QTI)
    assessment = element(root, "assessment", ident="shape-of-motion", title=TITLE)
    section = element(assessment, "section", ident="root_section")
    for question in chosen:
        name = f"shape-of-motion-{question['id']}"
        item = element(section, "item", ident=name, title=f"{question['id']} {short(question)}")
        about = element(element(item, "itemmetadata"), "qtimetadata")
        for label, entry in {"question_type": "multiple_choice_question", "points_possible": "1"}.items():
            field = element(about, "qtimetadatafield")
            element(field, "fieldlabel", label)
            element(field, "fieldentry", entry)
        shown = element(item, "presentation")
        element(element(shown, "material"), "mattext", f"<p>{markup(question['text'])}</p>", texttype="text/html")
        response = element(shown, "response_lid", ident="response1", rcardinality="Single")
        choices = element(response, "render_choice", shuffle="Yes")
        judged = element(item, "resprocessing")
        element(element(judged, "outcomes"), "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
        said = []
        for number, (text, _, why) in enumerate(answers(question), 1):
            label = element(choices, "response_label", ident=f"{name}-{number}")
            element(element(label, "material"), "mattext", f"<p>{markup(text)}</p>", texttype="text/html")
            heard = element(judged, "respcondition", **{"continue": "Yes"})
            element(element(heard, "conditionvar"), "varequal", f"{name}-{number}", respident="response1")
            element(heard, "displayfeedback", feedbacktype="Response", linkrefid=f"{name}-{number}_fb")
            said.append((f"{name}-{number}_fb", why))
        scored = element(judged, "respcondition", **{"continue": "No"})
        element(element(scored, "conditionvar"), "varequal", f"{name}-1", respident="response1")          # the right answer comes first
        element(scored, "setvar", "100", action="Set", varname="SCORE")
        for ident, why in said:
            feedback = element(item, "itemfeedback", ident=ident)
            element(element(element(feedback, "flow_mat"), "material"), "mattext", f"<p>{markup(why)}</p>", texttype="text/html")
    return document(root)


def manifest():
    """What the package holds, for its reader."""
    root = ET.Element("manifest", xmlns=PACKAGE, identifier="shape-of-motion-package")
    about = element(root, "metadata")
    element(about, "schema", "IMS Content")
    element(about, "schemaversion", "1.1.3")
    element(root, "organizations")
    resource = element(element(root, "resources"), "resource", identifier="shape-of-motion", type="imsqti_xmlv1p2", href="quiz.xml")
    element(resource, "file", href="quiz.xml")
    return document(root)


def listed(chosen):
    """The questions to print, with answers, in Markdown."""
    lines = [f"# {TITLE}: clicker questions"]
    for question in chosen:
        lines += ["", f"**{question['id']}** {question['text']}", ""]
        lines += [f"- {'**' if right else ''}{text}{'**' if right else ''} *{why}*" for text, right, why in answers(question)]
    return "\n".join(lines) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lectures", nargs="*", type=int, default=[], metavar="LECTURE")
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    wanted = parser.parse_args(arguments)
    chosen = questions(wanted.lectures)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "moodle.xml").write_bytes(moodle(chosen))
    with zipfile.ZipFile(wanted.out / "canvas.zip", "w") as package:
        for name, text in {"imsmanifest.xml": manifest(), "quiz.xml": qti(chosen)}.items():
            package.writestr(zipfile.ZipInfo(name), text)          # a fixed date: the same questions make the same file
    (wanted.out / "questions.md").write_text(listed(chosen), encoding="utf-8")
    print(f"{len(chosen)} questions are in  {wanted.out}  as moodle.xml, canvas.zip and questions.md")


if __name__ == "__main__":
    main()
