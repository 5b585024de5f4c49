"""Workflows as graphs of tasks: one small program for each thing that they can do.

Run one by `python -m examples.graph.hello_world`.
"""
