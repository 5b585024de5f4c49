"""Orders, processed: a decider, a worker in a process of its own, and what they did."""
