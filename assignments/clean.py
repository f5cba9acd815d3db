"""What of a submission is run and shown: sources and nothing else, tests as they were handed out."""

import base64
import binascii
import re

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked

SHOWN = ("text/plain", "image/png")  # kinds of outputs that cannot carry a script
PICTURES = ("image/png", "image/jpeg")


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def changes(notebook, released):
    """Which locked cells of a release notebook a submission has changed (they are restored) or lost, in words."""
    locked = {grade_id(cell): cell.source for cell in released.cells if is_locked(cell)}
    handed_in = {grade_id(cell): cell.source for cell in notebook.cells}
    changed = [name for name in locked if name in handed_in and handed_in[name] != locked[name]]
    lost = [name for name in locked if name not in handed_in]
    words = {"changed, and restored": changed, "missing": lost}
    return [f"locked cells {what}: {', '.join(names)}" for what, names in words.items() if names]


def cleaned(notebook, released):
    """A submission as it will be run: the student's sources in cells as they were handed out.

    Metadata come from the release notebook, so that no tag, kernel or number of points of a student's own counts.
    Locked cells come from there whole. Outputs are dropped, and so is what a text would do in a browser.
    """
    handed_out = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    cells = []
    for number, cell in enumerate(notebook.cells):
        original = handed_out.pop(grade_id(cell), None)  # the second cell of that name is an ordinary one
        if original and is_locked(original):
            new = original.copy()
        elif (original or cell).cell_type == "code":
            new = new_code_cell(cell.source.replace("HIDDEN TESTS", "hidden tests"))  # words that nbgrader acts upon
        elif cell.cell_type == "raw":
            continue
        else:
            pictures = attachments(cell)
            new = new_markdown_cell(harmless(cell.source, pictures), attachments=pictures)
        new.id = f"cell-{number}"
        new.metadata = original.metadata if original else {}
        cells.append(new)
    return new_notebook(cells=cells, metadata=released.metadata)


def attachments(cell):
    """The pictures that a student has pasted into a text."""
    return {
        name: {kind: data for kind, data in kinds.items() if kind in PICTURES and is_base64(data)}
        for name, kinds in cell.get("attachments", {}).items()
        if any(kind in PICTURES and is_base64(data) for kind, data in kinds.items())
    }


def is_base64(data):
    try:
        return isinstance(data, str) and bool(base64.b64decode("".join(data.split()), validate=True))
    except binascii.Error:
        return False


def harmless(source, pictures):
    """A text without HTML, without links to scripts, and without pictures that are not there."""
    source = re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", source).replace("&#", "&amp;#")
    source = re.sub("javascript:|vbscript:|data:", "link:", source, flags=re.IGNORECASE)
    return re.sub(r"attachment:([^)\s]*)", lambda link: link[0] if link[1] in pictures else "missing picture", source)


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
