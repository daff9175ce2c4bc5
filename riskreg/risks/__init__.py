"""The register: risks, their assessments and the matrix they are scored on."""
