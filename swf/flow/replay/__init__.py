"""Runs workflow programs along their histories: events in, decisions out, nothing sent.

A `Run` is one program. It is fed the events of its execution, runs to where it waits after each of
them, and what it asks for meanwhile becomes the decisions of the next answer; where the history has
them already, they are compared instead.
"""
