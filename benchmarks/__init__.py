"""Measured, not tested: how quick and how small the app is, each figure beside its reference of the same run.

python -m benchmarks            # everything, some minutes
python -m benchmarks --quick    # fewer runs
python -m benchmarks start keys # only these
"""
