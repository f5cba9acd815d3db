"""Settings of the tests: the kernels that nbval starts inherit this environment."""

import os

import matplotlib.font_manager  # noqa: F401  builds matplotlib's font cache, whose notice would be a kernel's stderr

from tools.execute import ENVIRONMENT

os.environ.update(ENVIRONMENT)


def pytest_terminal_summary(terminalreporter):
    """Print what tests have measured with `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
