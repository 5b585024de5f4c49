"""The tables of the engine and the file that they are in: all of its SQL is here."""
