"""What is in effect on this machine, and what is wrong: `swf config`, `completion`, `doctor`.

And `swf example`, to begin with.
"""
