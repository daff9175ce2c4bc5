"""The parts of packs: one file is one section."""
