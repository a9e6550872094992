# Two commands do everything on a machine with cargo, a C compiler and make:
#   make verify   build, check every claim, train and measure, write the report to out/
#   make test     build and run every test

CARGO ?= cargo
OUT ?= out
PROGRAM = target/release/sgd-stability

.PHONY: verify test test-deep test-python sanitize mutants fuzz bench bench-peers report picture check setup clean

# The experiments that take seconds; `sgd-stability reproduce` without a name runs all of them.
VERIFIED = diagram toy regression edge engine lbfgs escape
verify: setup
	$(CARGO) build --release --locked
	$(PROGRAM) verify
	$(PROGRAM) reproduce $(VERIFIED) --out $(OUT)
	$(PROGRAM) report $(OUT)

test: setup
	$(CARGO) test --locked

# The long property counts: 640 cases a property (10 times those of `make test`), optimised; and
# checkpoints made by PyTorch, which is installed from pip into target/ for them; and the kernels
# where bad memory shows; and the Python package.
test-deep: setup sanitize test-python
	PROPTEST_CASES=640 $(CARGO) test --release --locked -- --include-ignored --skip mutants_are_caught

# The Python package, built and installed into the environment of the comparison with PyTorch, and its tests and its
# example, with the program beside it.
PYTHON = target/tmp/pytorch/bin/python
test-python: setup
	$(CARGO) fmt --check --manifest-path python/Cargo.toml
	$(CARGO) build --release --locked
	test -x $(PYTHON) || python3 -m venv target/tmp/pytorch
	CARGO_TARGET_DIR=$(CURDIR)/target $(PYTHON) -m pip install -q ".[test]"
	SGD_STABILITY_PROGRAM=$(CURDIR)/$(PROGRAM) $(PYTHON) -m pytest -q python/tests

# The kernels under AddressSanitizer (needs a nightly toolchain), and their portable and AVX2 paths
# under valgrind, which has no AVX-512, with few random cases and without the tests that take it more
# than a minute: those of long vectors and large matrices.
SLOW = sums:: terms:: same_bits_on_every_isa kept_panels_are sums_at_once_have what_is_known_of_one
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
sanitize: setup
	RUSTFLAGS=-Zsanitizer=address $(CARGO) +nightly test --locked --target $(HOST) \
		--target-dir target/sanitized --test kernels
	$(CARGO) test --locked --test kernels --no-run
	PROPTEST_CASES=4 valgrind --quiet --error-exitcode=5 \
		$$(ls -t target/debug/deps/kernels-* | grep -v '\.d$$' | head -1) \
		--test-threads 1 $(SLOW:%=--skip %)

# Every reader against hostile bytes, FUZZ_SECONDS each. Needs a nightly toolchain and cargo-fuzz
# (cargo install cargo-fuzz --locked). What is found lands in fuzz/artifacts; add it to
# fuzz/corpus, which `make test` replays.
FUZZ_SECONDS ?= 60
fuzz: setup
	for reader in $$(ls fuzz/corpus); do \
		mkdir -p fuzz/grown/$$reader; \
		$(CARGO) +nightly fuzz run $$reader fuzz/grown/$$reader fuzz/corpus/$$reader -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=8192 -rss_limit_mb=512 -timeout=10 || exit 5; \
	done
# A fixed sample of the mutants of the exact rooms, every 40th, each against the library's tests
# (`cargo install cargo-mutants --locked`). The report is in target/mutants.out. Then MUTANTS changes of the
# kernels, their oracles and trials, numbers too, in a small crate of their own; that report is in
# target/mutants/report.json.
MUTANTS ?= 160
mutants: setup
	$(CARGO) mutants --shard 0/40 --sharding round-robin --no-shuffle -o target \
		-f 'src/number/**' -f 'src/matrix/**' -f 'src/criterion/**' -f 'src/decide/**' -- --lib
	MUTANTS=$(MUTANTS) $(CARGO) test --locked --test mutants -- --ignored --nocapture

bench: setup
	$(CARGO) bench --locked

# The same beside PyTorch and JAX, in an environment of their own (6 GB).
bench-peers: setup
	test -x target/peers/bin/python || { python3 -m venv target/peers && \
		target/peers/bin/pip install -q torch numpy "jax[cpu]"; }
	SGD_STABILITY_PEERS=$(CURDIR)/target/peers/bin/python $(CARGO) bench --locked --bench training --bench curvature --bench functions

# The committed reference report, from the committed or freshly run cells.
report: setup
	$(CARGO) build --release --locked
	$(PROGRAM) reproduce --out reports
	$(PROGRAM) report reports

# The pictures of the README: figures of the committed report with a margin, on white paper, so that they can be
# read on a dark page too. The arguments: the figure, and the height with its margins, in pixels and in units.
define on_paper
{ echo '<svg width="672" height="$(2)" viewBox="-64 -80 2688 $(3)" xmlns="http://www.w3.org/2000/svg">'; \
  echo '<rect x="-64" y="-80" width="2688" height="$(3)" fill="#FFFFFF"/>'; \
  tail -n +2 reports/figures/$(1).svg; }
endef
picture:
	$(call on_paper,sgd-rectangle,478,1912) > docs/rectangle.svg
	$(call on_paper,threshold-settled,458,1832) > docs/settled.svg

check: setup
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps

# GMP and MPFR are built from source by the crate gmp-mpfr-sys, which needs m4.
setup:
	@sh .ci/setup

clean:
	$(CARGO) clean
	rm -rf $(OUT)
