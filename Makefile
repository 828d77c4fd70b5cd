# Two commands do all the set-up: `make run` and `make test`. `make benchmark-NAME` runs one file of benchmarks/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint docs translations lock clean

run: $(VENV)/run.stamp
	@$(BIN)/readiness demo

test: $(VENV)/test.stamp lint
	$(BIN)/pytest -q -m "not realtime" -n auto
	$(BIN)/pytest -q -m realtime

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin
	$(BIN)/lint-imports

benchmark-%: $(VENV)/benchmark.stamp
	$(BIN)/python -m benchmarks.$* $(ARGS)

docs: $(VENV)/test.stamp
	$(BIN)/python docs/generate.py

translations: $(VENV)/test.stamp
	$(BIN)/python -m tests.translations

lock: $(VENV)/test.stamp
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--extra employer -o requirements/run.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--extra test -o requirements/test.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--extra benchmark -o requirements/benchmark.lock pyproject.toml

$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@sh .ci/system-packages run
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.lock
	$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/test.stamp: requirements/test.lock pyproject.toml
	@sh .ci/system-packages test
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.lock
	$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/benchmark.stamp: $(VENV)/test.stamp requirements/benchmark.lock
	@sh .ci/system-packages benchmark
	$(BIN)/pip install --quiet --require-hashes -r requirements/benchmark.lock
	@touch $@

clean:
	rm -rf $(VENV)
