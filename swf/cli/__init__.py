"""The command line: `main` names each command and its module, which is loaded when it is used.

Here is what all commands share; each room has what a user does: `workflow`, `domains`, `running`,
`serving`, `setup`, and `simpleflow` for what is spelled as there. No room imports `simpleflow`.
"""
