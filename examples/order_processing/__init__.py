"""Orders, processed: a plan, a decider that follows it, a worker, and what they did."""
