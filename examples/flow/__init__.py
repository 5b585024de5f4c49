"""Workflows as ordinary Python: one small program for each thing that they can do.

Run one by `python -m examples.flow.dataflow`. Where nothing else is said it runs in memory, and no
timer is waited for.
"""
