# Everything works in .venv/ and needs Python 3.11 and make.
PYTHON ?= python3.11
BIN := .venv/bin
export HF_HUB_OFFLINE = 1
# Compiled files are kept, even if the environment says otherwise: the first import of a module compiles it.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo demo-app test test-all test-exhaustive test-spark lint tutorials serve bench bench-million clean
.DEFAULT_GOAL := demo

# The main job on the sample that ships: prints the ranking, writes the report page.
demo: .venv/installed
	$(BIN)/saywhy demo

# The same, and then the web app on it: the last line is its address.
demo-app: .venv/installed
	$(BIN)/saywhy demo --serve

# The fast tests; `test-all` adds the slow ones, `test-exhaustive` has those that repeat others for many minutes. There is a worker per core: more threads would wait for each other.
test test-all test-exhaustive test-spark: export OMP_NUM_THREADS = 1
test: .venv/dev system-packages
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test-all: .venv/dev system-packages
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not exhaustive"

test-exhaustive: .venv/dev system-packages
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m exhaustive

# The tests on Spark, which `test-all` skips without it: PySpark is 450 MB, and Java comes from the system.
test-spark: .venv/spark java
	$(BIN)/pytest -m "not exhaustive" tests/spark

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive saywhy models pipelines service training api cli clients

# Runs the tutorials and stores what comes out.
tutorials: .venv/dev
	$(BIN)/python -m tests.docs.notebooks

serve: .venv/installed
	$(BIN)/saywhy serve

# Prints the tables of docs/benchmarks.md; see benchmarks/README.md for the data it wants.
bench: .venv/dev
	$(BIN)/python -m benchmarks

# A million responses from CSV to ranked report, killed once on the way: three quarters of an hour.
# ROWS=10000 does it smaller.
ROWS ?= 1000000
bench-million: .venv/dev
	$(BIN)/python -m benchmarks.million --rows $(ROWS)

# The rest is installed by uv, in seconds: downloads run side by side, and only what is imported gets compiled.
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt

# torch first, by pip, as its find-links may offer a CPU build: uv does not look there and takes a CUDA build of several GB.
.venv/torch: constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt torch uv
	touch $@

.venv/installed: .venv/torch pyproject.toml
	$(INSTALL) --editable .
	touch $@

.venv/dev: .venv/torch pyproject.toml
	$(INSTALL) --editable '.[mcp,mlflow,oidc,otel,train,dev]'
	touch $@ .venv/installed

.venv/spark: .venv/dev
	$(INSTALL) --editable '.[spark]'
	touch $@ .venv/dev .venv/installed

.PHONY: java
java:
	@command -v java >/dev/null || { $(SUDO) apt-get update -qq && \
	  $(SUDO) apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; }

# The browser of the page tests, Pango, which lays out PDFs, and Chinese fonts; nothing to do where they are there already.
.PHONY: system-packages
system-packages:
	@{ command -v chromium && ldconfig -p | grep -q libpangoft2; } >/dev/null || { $(SUDO) apt-get update -qq && \
	  $(SUDO) apt-get install -y -qq --no-install-recommends chromium libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-noto-color-emoji >/dev/null; }

SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)

clean:
	rm -rf .venv var build dist
