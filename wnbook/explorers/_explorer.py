"""What all explorers are made of: sliders, the JavaScript, and the fragment of a page that holds one."""

import html
import json
import math
import re
from pathlib import Path

import traitlets
from anywidget import AnyWidget

from wnbook import DATA

HERE = Path(__file__).parent
SHARED = ["linalg.js", "recursion.js", "plot.js", "explorer.js"]
CSS = (HERE / "explorer.css").read_text(encoding="utf-8")


class Real(traitlets.Float):
    """A finite number."""

    info_text = "a finite float"

    def validate(self, obj, value):
        value = super().validate(obj, value)
        if not math.isfinite(value):
            self.error(obj, value)
        return value


def slider(label, default, low, high, step=1, log=False):
    """A parameter of an explorer, from low to high, with a slider that bears the label.

    An integer if default is one. With log, the slider moves in powers of ten, by step of an exponent.
    """
    kind = traitlets.Int if isinstance(default, int) else Real
    trait = kind(default, min=low, max=high, help=f"{label}, {low:g} to {high:g}")
    return trait.tag(sync=True, label=label, step=step, log=log)


def choice(label, default, values):
    """A parameter of an explorer that takes one of the values, numbers in ascending order, with a slider."""
    trait = traitlets.Enum(values, default, help=f"{label}, one of {values}")
    return trait.tag(sync=True, label=label, values=values)


class Explorer(AnyWidget):
    """An anywidget whose parameters are sliders.

    Attributes
    ----------
    controls : list of dict
        What the JavaScript makes the sliders from: name, label, value (the default), and min, max, step and log,
        or values.

    Raises
    ------
    TypeError
        If it is given a parameter that it does not have.
    traitlets.TraitError
        If a parameter is set to a value of the wrong type or outside its slider's range.
    """

    controls = traitlets.List(read_only=True).tag(sync=True)
    _esm = traitlets.Unicode(read_only=True).tag(sync=True)
    _css = traitlets.Unicode(CSS, read_only=True).tag(sync=True)

    def __init__(self, **parameters):
        unknown = parameters.keys() - self.sliders().keys()
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no {', '.join(sorted(unknown))}; it has {', '.join(self.sliders())}"
            )
        super().__init__(**parameters)

    @classmethod
    def sliders(cls):
        """The parameters: a dict from their names to their traits, in the order of the sliders."""
        traits = {name: trait for base in reversed(cls.__mro__) for name, trait in vars(base).items()}
        return {name: trait for name, trait in traits.items() if "label" in getattr(trait, "metadata", {})}

    @classmethod
    def name(cls):
        """The name of its files, and of its place in a page."""
        return cls.__name__.lower()

    @classmethod
    def module(cls):
        """The text of its JavaScript: its data, if it has any, the modules that all explorers share, and its own, in one."""
        data = DATA / f"explorer_{cls.name()}.json"
        parts = ["const DATA =", data.read_text(encoding="utf-8")] if data.exists() else []
        parts += [(HERE / file).read_text(encoding="utf-8") for file in [*SHARED, f"{cls.name()}.js"]]
        return re.sub(r"^import [^;]*;\n|^export (?!default)", "", "\n".join(parts), flags=re.MULTILINE)

    @traitlets.default("_esm")
    def _module(self):
        return self.module()

    @traitlets.default("controls")
    def _controls(self):
        shown = ["label", "step", "log", "values"]
        controls = []
        for name, trait in self.sliders().items():
            control = {"name": name, "value": trait.default_value}
            control |= {key: trait.metadata[key] for key in shown if key in trait.metadata}
            if "values" not in control:
                control |= {"min": trait.min, "max": trait.max}
            controls.append(control)
        return controls

    def fragment(self):
        """The HTML that stands for the explorer in a page, and what its scripts start from."""
        state = {name: getattr(self, name) for name in [*self.sliders(), "controls"]}
        return (
            f'<div class="explorer" id="{self.name()}" data-state="{html.escape(json.dumps(state))}">\n'
            "<p>A live figure with sliders, where scripts run: on the book's site, "
            "and in Jupyter as soon as you run the cell.</p>\n</div>"
        )

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/html": self.fragment()}, metadata

    def __repr__(self):
        parameters = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.sliders())
        return f"{type(self).__name__}({parameters})"
