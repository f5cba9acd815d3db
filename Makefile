# make book   build the site           make serve  build it and serve it on localhost
# make test   everything that gates    make lab    open the notebooks
# make unit   wnlib alone              make mutants  do wnlib's tests notice a changed line?
# make assignments  release the problem sets    make grade SUBMISSIONS=dir  grade what was handed in
# make pdf    build it, and all of it as one PDF beside the site's pages
# make numbers  number the chapters anew, files and text, after a change to the order in _toc.yml
# make bench  time wnlib beside its peers    make experiments  redo the precomputed sweeps
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
CHAPTERS ?= $(wildcard book/*.ipynb)
PORT ?= 8000
SCRIPTS := wnbook/explorers/*.js book/_assets/scripts/*.js
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where the book lives: fill these in a fork. Without them, no links to Binder and Colab, no sitemap.
export REPOSITORY_URL ?=
export SITE_URL ?=

.PHONY: book pdf serve lab numbers assignments grade test unit mutants bench experiments execute wasm stills faults shots links requirements clean

book: assignments
	rm -rf _build/html _build/.doctrees
	$(BIN)/jupyter-book build --quiet -W -n --keep-going .
	$(BIN)/python -m tools.lite
	@echo "The book is built. Open $(CURDIR)/_build/html/index.html, or run: make serve"

# The whole book as _build/html/direction-and-magnitude.pdf, and a link to it on the front page.
# The next `make book` starts from nothing and leaves both out.
pdf: book
	$(BIN)/python -m tools.browser
	@$(BIN)/python -m tools.pdf

serve: book
	$(BIN)/python -m http.server --bind localhost --directory _build/html $(PORT)

lab: assignments
	$(BIN)/jupyter lab book

# The problem sets without solutions and hidden tests, into book/release.
assignments: .venv/installed
	$(BIN)/python -m grading.release

# Run and mark a folder of submissions, locked in by bubblewrap; tables and feedback into grades/.
grade: .venv/installed
	@test -n "$(SUBMISSIONS)" || { echo "Which? make grade SUBMISSIONS=dir, a folder with one folder for each student."; exit 2; }
	@$(BIN)/python -m grading.grade "$(SUBMISSIONS)"

test: .venv/installed
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@if test -x $(BIN)/oxlint; then $(BIN)/oxlint --deny-warnings $(SCRIPTS) && $(BIN)/oxfmt --check $(SCRIPTS); \
	else echo "NO OXLINT: there is no wheel of it for this machine, so the JavaScript is NOT linted." >&2; test -z "$$CI"; fi
	$(MAKE) book
	$(BIN)/python -m tools.browser
	$(BIN)/python -m pytest -n 2

# The module alone: pytest and hypothesis are all that it takes.
unit: .venv/installed
	$(BIN)/python -m pytest -c tests/wnlib/pytest.ini tests/wnlib

# Change wnlib in some two thousand small ways, one at a time, and list what no test notices; an hour on one core.
# MUTANTS="wnlib.theory*" takes a part; `$(BIN)/mutmut show NAME` shows one.
MUTANTS ?=
mutants: .venv/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/mutmut run --max-children 2 $(MUTANTS)
	$(BIN)/mutmut results

# Medians and ratios into benchmarks/results.json. Chapter 14 prints them: afterwards
# make execute CHAPTERS=book/14-rivals.ipynb
bench: .venv/installed
	TQDM_DISABLE=1 $(BIN)/python -m pytest -o addopts= -p no:nbval -q benchmarks \
	  --benchmark-quiet --benchmark-json=benchmarks/results.json

# The sweeps that take minutes, into book/data; on every core.
experiments: .venv/installed
	for script in experiments/*.py; do $(BIN)/python -m experiments.$$(basename $$script .py) || exit 1; done

# Run the chapters, or CHAPTERS="book/06-…", and write their outputs into them.
execute: .venv/installed
	$(BIN)/python -m tools.execute $(CHAPTERS)

# Names of files and figures, links and typed numbers, in the order of _toc.yml.
numbers: .venv/installed
	@$(BIN)/python -m tools.numbers

# Run the chapters, or CHAPTERS="book/06-…", in 32-bit WebAssembly: every printed number must be the committed one.
wasm: .venv/installed
	$(BIN)/python -m tools.wasm $(CHAPTERS)

# The explorers' pictures before any script has run, into wnbook/explorers/stills.
stills: .venv/installed
	$(BIN)/python -m tools.browser
	$(BIN)/python -m tools.stills

# Plant faults in the explorers, one at a time, and name those that no test notices.
faults: .venv/installed
	$(BIN)/python -m tools.mutants

# Every page at two widths, light and dark, into _build/shots.
shots: book
	$(BIN)/python -m tools.browser
	$(BIN)/python -m tools.shots

# Ask every link to the outside whether it answers; the list goes to _build/links/_build/html/output.txt.
links: assignments
	$(BIN)/jupyter-book build --quiet --path-output _build/links --builder linkcheck .

# Pin what pyproject.toml asks for; with UPGRADE=--upgrade everything anew, as new as it allows.
requirements: .venv/installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet $(UPGRADE) --universal --fork-strategy fewest --python-version 3.11 --no-emit-index-url \
	  --custom-compile-command "make requirements" --extra book pyproject.toml -o requirements.txt

clean:
	rm -rf .venv _build mutants wnlib.egg-info

.venv/installed: requirements.txt pyproject.toml
	python=$$(tools/find-python) && $$python -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@
