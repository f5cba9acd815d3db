"""The same examples every time: a failure in CI is a failure at home."""

from hypothesis import Phase, settings

settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=25)
# For `make mutants`, where a failure is counted and nobody reads the example.
settings.register_profile("mutants", settings.get_profile("reproducible"), max_examples=10, phases=[Phase.generate])
settings.load_profile("reproducible")
