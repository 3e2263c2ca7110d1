# make book     build the book into _build/html from the notebooks' stored outputs
# make test     every check: the library, every notebook run again, the built book opened in a browser
# make quick    the unit tests and one notebook, in about two minutes: for those who change something
# make lab      JupyterLab on the notebooks
# make serve    build the book and serve it on this machine
# make execute  run every notebook in place and store its outputs
# make times    the same, and measure how long each takes
# make seeds    run copies of every notebook with other seeds: how often does each claim hold, and by how much?
#               (SEEDS="101 102" NOTEBOOKS="book/mechanics/integrators.ipynb"; stopped, it goes on where it was)
# make assignments  the students' versions of the assignments, into book/teaching/assignments/release
# make slides   a deck for each lecture of the course, into _build/slides
# make calendar  dates for a class, into _build/calendar (START=2027-02-01 HOLIDAYS="2027-03-29..2027-04-09 2027-05-01" ROUTE=8)
# make pdf      the book on paper, into _build/pdf (needs LaTeX, and says what to install if there is none)
# make quiz     the clicker questions for Moodle, Canvas and the printer, into _build/quiz (LECTURES="1 2": of these only)
# make instructor  papers, solutions and mark schemes, for instructors only, into _build/instructor
# make clean    remove what was built;  make distclean: the environment too

PYTHON ?= python3
PORT ?= 8000
SEEDS ?= 1 2 3
ROUTE ?= 8
ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready

# one thread for the linear algebra of each of the two workers
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 VECLIB_MAXIMUM_THREADS=1

.PHONY: book test quick lab serve execute times seeds assignments slides calendar quiz pdf instructor clean distclean
.DELETE_ON_ERROR:

book: $(READY)
	@rm -rf _build/html _build/.doctrees _build/jupyter_execute
	@$(BIN)/jupyter-book build book --config _config.yml --path-output . -W -n --keep-going --all --quiet
	@test -f _build/html/index.html
	@echo "The book is ready. Open  file://$(CURDIR)/_build/html/index.html"

test: $(READY)
	@$(ONE_THREAD) $(BIN)/python -m pytest tests $$($(BIN)/python book/execute.py --list) \
	    --nbval-lax --nbval-current-env --nbval-sanitize-with tests/sanitize.cfg -n 2 --dist loadfile --no-loadscope-reorder

# not the tests that build, open a browser, grade, or train for long
SLOW := assignments assignments_learning book diagrams front_page labs launch live papers pdf plots readme recordings seeds slides sweeps units

quick: $(READY)
	@$(ONE_THREAD) $(BIN)/python -m pytest tests book/mechanics/phase-space.ipynb $(SLOW:%=--ignore=tests/test_%.py) \
	    --nbval-lax --nbval-current-env --nbval-sanitize-with tests/sanitize.cfg -n 2 --dist loadfile --no-loadscope-reorder -q

lab: $(READY)
	@$(BIN)/jupyter lab book

serve: book
	@echo "Serving http://localhost:$(PORT)  (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(PORT) --bind localhost --directory _build/html

execute: $(READY)
	@$(BIN)/python book/execute.py --jobs 2

times: $(READY)
	@$(BIN)/python book/execute.py --times book/execution_times.json

seeds: $(READY)
	@$(BIN)/python book/seeds.py $(NOTEBOOKS) --seeds $(SEEDS) --jobs 2

assignments: $(READY)
	@cd book/teaching/assignments && PATH="$(CURDIR)/$(BIN):$$PATH" nbgrader generate_assignment --assignment='*' --force --log-level=ERROR
	@echo "The students' versions are in  $(CURDIR)/book/teaching/assignments/release"

slides: $(READY)
	@$(BIN)/python book/teaching/slides.py > /dev/null
	@echo "The slides are ready. Open  file://$(CURDIR)/_build/slides/index.html"

calendar: $(READY)
	@$(BIN)/python book/teaching/course_calendar.py --start="$(START)" --route="$(ROUTE)" --holidays="$(HOLIDAYS)" --days="$(DAYS)" --time="$(TIME)" \
	    --sets="$(SETS)"

quiz: $(READY)
	@$(BIN)/python book/teaching/quiz.py --lectures $(LECTURES)

pdf: $(READY)
	@$(BIN)/python book/pdf.py

instructor: $(READY)
	@rm -rf _build/instructor
	@$(BIN)/jupyter-book build book/teaching/instructor --config book/teaching/instructor/_config.yml --path-output _build/instructor \
	    -W -n --keep-going --all --quiet
	@echo "For instructors only. Open  file://$(CURDIR)/_build/instructor/_build/html/index.html"

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "The book needs Python 3.11 to 3.13, and '$(PYTHON)' is not: name one with  make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "This Python cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(ENV)
	@echo "Installing what the book needs into $(ENV) (once, about a minute) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --requirement requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m pip check --quiet
	@touch $(READY)

clean:
	@rm -rf _build .pytest_cache .hypothesis
	@find book hnn_lite tests -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

distclean: clean
	@rm -rf $(ENV) hnn_lite.egg-info
