"""Settings of the tests: the kernels that nbval starts inherit this environment."""

import os

import matplotlib.font_manager  # noqa: F401  builds matplotlib's font cache, whose notice would be a kernel's stderr

from tools.execute import ENVIRONMENT

os.environ.update(ENVIRONMENT)
