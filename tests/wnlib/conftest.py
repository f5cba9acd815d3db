"""The same examples every time: a failure in CI is a failure at home."""

from hypothesis import settings

settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("reproducible")
