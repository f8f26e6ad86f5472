# Every verb sets up what it needs first; scripts/bootstrap is quiet when nothing is missing.
.PHONY: demo test build bench docs format lint clean setup
SHELL := /bin/bash

CHIASM := .build/release/chiasm

setup:
	@scripts/bootstrap

build: setup
	swift build -c release --product chiasm

# Makes audio-visual digits, compares fusions on them and writes demo/report.html.
demo: build
	$(CHIASM) demo demo

test: setup
	swift test

# Runs the comparisons on the real data of ../shared/data and writes Benchmarks/RESULTS.md.
bench: build
	scripts/bench

docs: setup
	swift package --allow-writing-to-directory docs generate-documentation --target Chiasm --output-path docs

format:
	swift format format --in-place --recursive --parallel Sources Tests Examples Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Examples Package.swift

clean:
	rm -rf .build demo docs
