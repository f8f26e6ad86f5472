# Every verb sets up what it needs first; scripts/bootstrap is quiet when nothing is missing.
.PHONY: fuzz demo test build bench calibrate docs examples readme format lint clean setup
SHELL := /bin/bash

CHIASM := .build/release/chiasm

setup:
	@scripts/bootstrap

build: setup
	swift build -c release --product chiasm

# Makes audio-visual digits, compares fusions on them and writes demo/report.html.
demo: build
	$(CHIASM) demo demo

# Threads of the engine that wait do not spin: tests share the cores. The second and third time with the kernels of other
# processors.
test: setup
	@mkdir -p .build; OMP_WAIT_POLICY=passive swift test 2>&1 | tee .build/test.log; status=$${PIPESTATUS[0]}; [ $$status = 0 ] || \
	  { echo "What failed:"; grep -aE "✘|error:" .build/test.log | cut -c1-300 | sort -u | head -60; exit $$status; }
	ATEN_CPU_CAPABILITY=avx2 swift test --skip-build --filter RecordedLossTests
	ATEN_CPU_CAPABILITY=default swift test --skip-build --filter RecordedLossTests

# Runs the comparisons on the real data of ../shared/data and writes Benchmarks/RESULTS.md, then times Chiasm against
# PyTorch and JAX and writes Benchmarks/SPEED.md.
bench: build
	scripts/bench
	scripts/bench-speed

# Compares on made data whose truth is known, counts the claims and writes Benchmarks/CALIBRATION.md. Hours; what is done
# is not done again. KIND=copy SETS=40 does so many data sets of one kind.
calibrate: setup
	scripts/calibrate

# Damages small data sets and runs and shows them to the program, for an hour; findings stay in .build/fuzz/.
fuzz: build
	scripts/fuzz --seconds 3600

# Builds and runs the programs of Examples/ on data that they make.
examples: setup
	CHIASM_EXAMPLES=1 swift build -c release
	scripts/run-examples

# Brings the parts of README.md that are generated up to date.
readme: build
	scripts/update-readme

docs: setup
	scripts/build-docs

format:
	swift format format --in-place --recursive --parallel Sources Tests Examples Benchmarks/Sources Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Examples Benchmarks/Sources Package.swift

clean:
	rm -rf .build demo docs
