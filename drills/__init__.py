"""Long trials by hand and before a release: python3 dev.py drill. The suite has a short share."""
