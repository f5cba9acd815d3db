"""The book's style, its colours, and the one drawing that most figures are made of: a labelled curve."""

import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

# Okabe and Ito's palette, which colour-blind readers can tell apart. A method has one colour in the whole book.
COLORS = {
    "GD": "#D55E00",
    "WN": "#0072B2",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
}


def use_style():
    """Set the book's matplotlib style; in a notebook also double resolution. Call once, at the top."""
    set_matplotlib_formats("retina")
    plt.rcParams.update(
        {
            "figure.figsize": (6, 3.8),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "font.size": 11.5,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#e3e3e3",
            "lines.linewidth": 2,
            "legend.frameon": False,
        }
    )


def curve(axis, t, values, label="", color="#000000", at=-1, offset=(5, 0), **line):
    """Draw values against t and write the label at one of the curve's points, in the curve's colour.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    t, values : array_like, shape (k,)
    label : str
        Text beside the curve; a direct label instead of a legend.
    color : str
        One of `COLORS`, or any colour.
    at : int
        Index of the point that carries the label.
    offset : tuple of float
        From that point to the label, in typographic points.
    **line
        Passed to ``axis.plot``.
    """
    (drawn,) = axis.plot(t, values, color=color, **line)
    axis.annotate(
        label,
        (t[at], values[at]),
        xytext=offset,
        textcoords="offset points",
        color=drawn.get_color(),
        va="center",
        annotation_clip=False,
    )


def convergence(axis, traces, title="", log_time=False, clip=1e-15):
    """The convergence plot: the error ‖Z - A‖_F, unsquared, against iterations, on a logarithmic scale.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    traces : list of (Trace, str, str)
        Trace of an unbatched run, its label and its colour.
    title : str
    log_time : bool
        Logarithmic iterations too: a power law is then a straight line, and iteration 0 is left out.
    clip : float
        Errors below are round-off and not drawn.
    """
    for trace, label, color in traces:
        shown = trace.error > clip
        if log_time:
            shown &= trace.steps > 0
        curve(axis, trace.steps[shown], trace.error[shown], label, color)
    axis.set(yscale="log", xscale="log" if log_time else "linear", title=title)
    axis.set(xlabel="iteration", ylabel=r"error $\|Z_t-A\|_F$")
