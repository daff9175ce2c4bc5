"""Pages that look after the installation: background work and its health."""
