"""Background work in its own process: the queue, the worker, the schedule."""
