"""Every figure riskreg shows, as a pure function; explained in docs/metrics.md."""
