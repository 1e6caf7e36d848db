"""Run every benchmark."""

from benchmarks import hrct

hrct.main()
