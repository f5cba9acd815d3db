"""What of a submission is run and shown: sources and nothing else, tests as they were handed out."""

import base64
import binascii
import re

from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked

from wnbook.classroom import plain_id

SHOWN = ("text/plain", "image/png")  # kinds of outputs that cannot carry a script
PICTURES = ("image/png", "image/jpeg")

# What Markdown becomes in a page, as far as it does nothing there.
TAGS = set(
    "a blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr img li ol p pre span strong sub sup "
    "table tbody td th thead tr ul".split()
)
ATTRIBUTES = {
    "href": r"https?://.*|mailto:.*|#.*",
    "src": r"data:image/(png|jpeg);base64,[\w+/=\s]*",
    "style": r"text-align: ?(left|right|center);?",
    **dict.fromkeys(("alt", "class", "id", "title"), ".*"),
}


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def changes(notebook, released, student):
    """What a submission has made of the cells that it was handed, in words for the table."""
    sources = {grade_id(cell): cell.source for cell in notebook.cells}
    cells = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    changed = [
        name for name in cells if is_locked(cells[name]) and sources.get(name, cells[name].source) != cells[name].source
    ]
    missing = [name for name in cells if name not in sources]
    words = {"changed, and restored": changed, "missing, and put back at the end": missing}
    found = [f"cells {what}: {', '.join(names)}" for what, names in words.items() if names]
    ids = re.findall(r"""^STUDENT = ["'](.*?)["']""", "\n".join(cell.source for cell in notebook.cells), re.MULTILINE)
    other = [name for name in ids if plain_id(name) not in (plain_id(student), "your-id")]
    return found + [f"STUDENT is {name!r}, graded as {student!r}" for name in other]


def cleaned(notebook, released):
    """A submission as it will be run: the student's sources in cells as they were handed out.

    Metadata come from the release notebook, so that no tag, kernel or number of points of a student's own counts.
    Locked cells come from there whole. Outputs are dropped. What is missing is put back at the end.
    """
    handed_out = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    cells = []
    for cell in notebook.cells:
        original = handed_out.pop(grade_id(cell), None)  # the second cell of that name is an ordinary one
        source = cell.source.replace("HIDDEN TESTS", "hidden tests")  # words that nbgrader acts upon
        if original and is_locked(original):
            new = original
        elif (original or cell).cell_type == "code":
            new = new_code_cell(source)
        else:
            pictures = attachments(cell)
            new = new_markdown_cell(source if is_harmless(source, pictures) else verbatim(source), attachments=pictures)
        new.metadata = original.metadata if original else {}
        cells.append(new)
    cells += handed_out.values()
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata=released.metadata)


def attachments(cell):
    """The pictures that a student has pasted into a text."""
    kept = {
        name: {kind: data for kind, data in kinds.items() if kind in PICTURES and is_base64(data)}
        for name, kinds in cell.get("attachments", {}).items()
    }
    return {name: kinds for name, kinds in kept.items() if kinds}


def is_base64(data):
    try:
        return isinstance(data, str) and bool(base64.b64decode("".join(data.split()), validate=True))
    except binascii.Error:
        return False


def is_harmless(source, pictures):
    """Whether a text, rendered as nbgrader's pages do, holds nothing but text, pictures and links to pages."""
    try:
        html = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=pictures)).render(source)
    except Exception:  # a picture that is not there, for one
        return False
    elements = BeautifulSoup(html, "html.parser").find_all(True)
    return all(element.name in TAGS for element in elements) and all(
        name in ATTRIBUTES and re.fullmatch(ATTRIBUTES[name], " ".join([value] if isinstance(value, str) else value))
        for element in elements
        for name, value in element.attrs.items()
    )


def verbatim(source):
    """A text as a block of code."""
    return "\n".join(f"    {line}" for line in source.splitlines())


class Outputs(NbGraderPreprocessor):
    """After the run, before the marks: of outputs what can be shown safely, of tests what counts."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(self.safe, cell.outputs) if output]
        if is_grade(cell) and cell.cell_type == "code":
            # No number shown is a mark, no warning a fault, and no traceback shows the lines of a test.
            cell.outputs = [output for output in cell.outputs if output.get("name") == "stdout" or "ename" in output]
            for output in cell.outputs:
                if "ename" in output and output.ename != "Failed":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources

    @staticmethod
    def safe(output):
        if "data" in output:
            output.metadata = {}
            output.data = {kind: output.data[kind] for kind in SHOWN if kind in output.data}
            if "image/png" in output.data and not is_base64(output.data["image/png"]):
                del output.data["image/png"]
            return output if output.data else None
        return output
