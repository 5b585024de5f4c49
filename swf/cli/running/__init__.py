"""What runs code until it ends or is stopped: `swf run`, `standalone`, `decider` and `worker`.

And `swf schedule`, which starts executions until it is stopped.
"""
