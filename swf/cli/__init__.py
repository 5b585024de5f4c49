"""The command line: a file for each noun, loaded when its command is asked for."""
