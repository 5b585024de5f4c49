"""Commands as simpleflow spells them, for who has them in scripts and in the fingers."""
