"""nbgrader's settings, for `make assignments`, for `make grade`, and for its own pages in the folder of the grades."""

c = get_config()  # noqa: F821  nbgrader's
c.CourseDirectory.course_id = "direction-and-magnitude"
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("your code goes here")'}
c.ClearSolutions.text_stub = "*Your answer goes here.*"

# Feedback without the sources of hidden tests.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# nbgrader's own button "autograde" would run submissions without protection: with this it finds no kernel.
c.Execute.kernel_name = "only-in-the-sandbox"
