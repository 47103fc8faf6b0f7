# SPDX-License-Identifier: Apache-2.0
# A thin front: each target is one script in tools/, which says more in its first lines.

.PHONY: all build check check-vm lint format demo bench fuzz install clean help

all: build

build: ## build libvif, vifctl and vifd into build/
	tools/build

check: ## run all tests and the lint; needs root
	tools/check

check-vm: ## run the tests that need a kernel of their own (SR-IOV, the kernel's datapath); needs root
	tools/check-vm

lint: ## check format, style, layers, symbols, words and scripts
	tools/lint

format: ## format the C files
	tools/format

demo: ## plug two guests into a private Open vSwitch, and ping; needs root
	tools/demo

bench: ## compare the speed with os-vif, ovs-vsctl and the least possible work; needs root
	tools/bench

fuzz: ## run the fuzz targets of tests/fuzz, each for FUZZ_SECONDS (60)
	tools/fuzz

install: ## install from build/ (PREFIX=/usr/local, DESTDIR=)
	tools/install

clean: ## remove everything that was built
	rm -rf build build-asan build-clang build-fuzz

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10
