# Every target installs what it needs first; nothing is written outside this folder but package caches.
PYTHON ?= python3
RUN := .venv/bin/python -m
SOURCES := libs/domain services/api services/evaluator deploy/embedded
# A part starts in half the time when what it imports is compiled, beside its source.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo up test lint bench lock docs

demo: .venv/.ready ## the main job on the real street's figures: a street's month, end to end
	@$(RUN) maplebridge demo

up: .venv/.ready ## the whole service on http://127.0.0.1:8000; PORT=number chooses another
	@$(RUN) maplebridge up $(if $(PORT),--port $(PORT))

test: .venv/.ready ## all tests
	@$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.ready ## formatting, types, the contracts between folders
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@.venv/bin/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	@$(RUN) lint

bench: .venv/.ready ## ours beside the strict reference; ONLY=name runs one
	@POLARS_MAX_THREADS=1 $(RUN) tests.bench $(ONLY)

docs: .venv/.ready ## write again what is generated: docs/openapi.json, docs/problems.md
	@$(RUN) maplebridge docs

lock: .venv/.ready ## resolve the dependencies anew
	@$(RUN) uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --group dev \
		--no-emit-package maplebridge-domain --no-emit-package maplebridge-api \
		--no-emit-package maplebridge-evaluator --no-emit-package maplebridge \
		$(addsuffix /pyproject.toml,$(SOURCES)) -o requirements.lock

.venv/.ready: requirements.lock $(addsuffix /pyproject.toml,$(SOURCES))
	@$(PYTHON) -m venv .venv
	@$(RUN) pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	@$(RUN) uv pip install --quiet --require-hashes -r requirements.lock
	@$(RUN) uv pip install --quiet --no-deps --no-build-isolation \
		$(addprefix -e ,$(SOURCES))
	@# Relative paths to the sources: Python 3.11 reads absolute ones in the locale's encoding, and in
	@# locale C, which the embedded servers run in, a clone in a folder named 天桥 would not start.
	@rm .venv/lib/python3*/site-packages/*maplebridge*.pth
	@printf '../../../../%s\n' $(SOURCES) > "$$(echo .venv/lib/python3*/site-packages)/maplebridge.pth"
	@touch $@
