"""Run cells, a JSON list of sources on stdin, in the IPython of a WebAssembly interpreter; print their outputs as JSON.

`tools.wasm` starts it there: that interpreter has no kernel, for it has neither processes nor sockets.
"""

import json
import os
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets import Type


class Hook(DisplayHook):
    """Publishes the value of a cell's last line, which it would print in a terminal."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.display_pub.publish(format_dict)

    def finish_displayhook(self):
        self._is_active = False


class Shell(InteractiveShell):
    displayhook_class = Type(Hook)
    display_pub_class = Type(CapturingDisplayPublisher)

    def _showtraceback(self, *error):
        pass


def run(shell, source):
    """The outputs of a cell, as in a notebook."""
    shell.display_pub.outputs = []
    with capture_output(display=False) as captured:
        result = shell.run_cell(source, store_history=True)
    outputs = [{"output_type": "display_data", "data": output["data"]} for output in shell.display_pub.outputs]
    for name, text in [("stdout", captured.stdout), ("stderr", captured.stderr)]:
        if text:
            outputs.append({"output_type": "stream", "name": name, "text": text})
    error = result.error_before_exec or result.error_in_exec
    if error:
        outputs.append({"output_type": "error", "ename": type(error).__name__, "evalue": str(error)})
    return outputs


def main():
    os.chdir("/repository/book")
    shell = Shell.instance()
    print(json.dumps([run(shell, source) for source in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
