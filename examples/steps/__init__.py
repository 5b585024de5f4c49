"""Workflows as chains of steps: one small program for each thing that they can do.

Run one by `python -m examples.steps.hello`. Each has a host with an SWF in its own memory; with
`SWF_ENDPOINT_URL` it is the one of that endpoint.
"""
