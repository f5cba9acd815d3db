from hypothesis import settings

# The same examples every time: a failure in CI is a failure at home.
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("reproducible")
