"""Teams, people and systems from files: lists of riskreg's own, and catalogues of Backstage."""
