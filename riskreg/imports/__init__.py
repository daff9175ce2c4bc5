"""Read the registers people kept until today."""
